#include "protocols/primary_backup/rules.h"

#include <algorithm>
#include <functional>

namespace seedbed::primary_backup {

bool Rules::may_follow(Epoch epoch, Epoch promised) const {
  // WAL-B08: an old primary that was cut off comes back, and finds backups for its writes.
  if (mutant_ == Mutant::kB08) return true;
  return epoch >= promised;
}

bool Rules::waits_for_disk() const {
  // CH-01: the log is appended to, and nobody asks whether that is durable.
  return mutant_ != Mutant::kNoSync;
}

Index Rules::acknowledged(const AckPolicy& policy, Index own, std::vector<Index> backups) const {
  // CH-01: replicate_to_followers() is called, and what it returns is ignored.
  if (mutant_ == Mutant::kNoReplicas) return own;
  if (policy.backups == 0) return own;
  if (backups.size() < policy.backups) return 0;
  std::sort(backups.begin(), backups.end(), std::greater<>());
  return std::min(own, backups[policy.backups - 1]);
}

bool Rules::may_read(bool leased) const {
  // CH-01: the value is in memory, so it is returned, whoever is primary by now.
  return leased || mutant_ == Mutant::kReadDeposed;
}

bool Rules::must_fetch(const EntryId& mine, const EntryId& best) const {
  // "Unclean leader election": whoever is there first, is it.
  if (mutant_ == Mutant::kPromoteBehind) return false;
  return behind(mine, best);
}

EntryId Rules::index_of_checkpoint(const EntryId& copied, const EntryId& now) const {
  // WAL-B06: what is replayed after a restart begins behind entries that the data does not have.
  return mutant_ == Mutant::kB06 ? now : copied;
}

bool Rules::executes(bool has_value) const {
  // CH-01: "if the key is present, return its value": a memo table.
  return !has_value || mutant_ != Mutant::kMemo;
}

bool Rules::may_resume() const {
  // What its disk has lost may stand on those of its backups, under the ids that it gives out next.
  return mutant_ == Mutant::kResume;
}

bool Rules::answers_from_table(bool stands_there) const {
  // An answer that was lost makes the client ask again.
  return stands_there && mutant_ != Mutant::kNoTable;
}

bool Rules::has_seen(Index applied, Index token) const {
  // "Any replica will do": the client's last write is not there yet.
  return applied >= token || mutant_ == Mutant::kNoToken;
}

NodeTime Rules::fresh_as_of(NodeTime echo, NodeTime now) const {
  // A message that was held up tells of old times.
  return mutant_ == Mutant::kFreshOnArrival ? now : echo;
}

Duration Rules::lease_length(Duration promise, int64_t drift_ppm) const {
  constexpr int64_t kMillion = 1'000'000;
  return promise / (kMillion + drift_ppm) * (kMillion - drift_ppm);
}

}  // namespace seedbed::primary_backup

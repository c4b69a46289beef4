#include "protocols/raft/kv_rules.h"

#include <algorithm>

#include "sim/core/hash.h"

namespace seedbed::raft {

LogTime KvRules::time_after(LogTime before, LogTime stamp, NodeTime local) const {
  // RSM-B02: every server looks at a clock of its own, and a session that one of them has forgotten
  // lives on at another.
  if (mutant_ == Mutant::kRsmB02) return LogTime(local.time_since_epoch());
  return std::max(before, stamp);
}

bool KvRules::evicts_before(const SessionUse& a, const SessionUse& b, uint64_t salt) const {
  // RSM-B01: the first one that a walk through a hash table comes across. Each server walks in
  // another order.
  if (mutant_ == Mutant::kRsmB01) return mix(salt, a.id) < mix(salt, b.id);
  return a.last_used < b.last_used;
}

LogIndex KvRules::moment_of_use(LogIndex index, uint64_t logged) const {
  // CH-04: the machine logs its states, one by one, and goes by how many it has logged; a server
  // that started from a snapshot has logged fewer. Nothing compares what servers have logged.
  if (mutant_ == Mutant::kCh04) return logged;
  return index;
}

bool KvRules::opens_what_it_does_not_know() const {
  // RSM-B06: the client is spared an error, and a command that was executed before the session was
  // forgotten is executed again.
  return mutant_ == Mutant::kRsmB06;
}

uint64_t KvRules::first_reply_kept(uint64_t lowest_unanswered) const {
  // RSM-B11: the number is taken for the last one that was answered, not the first that was not.
  // The one reply that the client still needs is gone.
  if (mutant_ == Mutant::kRsmB11) return lowest_unanswered + 1;
  return lowest_unanswered;
}

bool KvRules::answers_from_session(bool executed_before) const {
  // A retry is executed as if it were new: "append x" appends twice.
  if (mutant_ == Mutant::kNoSessionCheck) return false;
  return executed_before;
}

bool KvRules::looks_before_writing() const {
  // RSM-B09: it stops in the middle, as if by an exception, and what it has written stays.
  return mutant_ != Mutant::kRsmB09;
}

void KvRules::put_in_order(std::vector<Entry>& committed,
                           const std::function<bool(const Entry&)>& awaited) const {
  // RSM-B07: what a client waits for is done at once. On other servers it comes where the log has
  // it, and so to another state.
  if (mutant_ == Mutant::kRsmB07) {
    std::stable_partition(committed.begin(), committed.end(), awaited);
  }
}

bool KvRules::is_next(LogIndex index, LogIndex last_applied) const {
  // RSM-B07: the machine takes what it is given.
  if (mutant_ == Mutant::kRsmB07) return true;
  return index == last_applied + 1;
}

bool KvRules::may_take_snapshot(LogIndex last_applied, LogIndex through) const {
  // RSM-B10: it is taken as soon as there is enough to cover, in the middle of applying more. Who
  // starts from it never applies the rest.
  if (mutant_ == Mutant::kRsmB10) return true;
  return last_applied == through;
}

uint64_t KvRules::sessions_in_snapshot(uint64_t count) const {
  // RSM-B05: a snapshot is taken for a copy of the data. Whoever starts from it does not know the
  // commands that were executed before.
  if (mutant_ == Mutant::kRsmB05) return 0;
  return count;
}

KvVersion KvRules::version_in_force(KvVersion activated, KvVersion known) const {
  // RSM-B08: each server does what its own release does. While they are upgraded one after the
  // other, some make something else of an entry than the others.
  if (mutant_ == Mutant::kRsmB08) return known;
  return activated;
}

bool KvRules::may_activate(bool known_by_all) const {
  // A leader asks itself only. Those who do not know the version cannot go on.
  if (mutant_ == Mutant::kActivateAlone) return true;
  return known_by_all;
}

uint64_t KvRules::hash_in_history(uint64_t result_hash, uint64_t salt) const {
  // RSM-B03: the hash is taken over a structure with its padding, which holds whatever was there.
  if (mutant_ == Mutant::kRsmB03) return mix(result_hash, salt);
  return result_hash;
}

bool KvRules::is_awaited(Term awaited, Term applied) const {
  // RSM-B04: the client waits for an index. Whatever command comes to stand there is taken for its
  // own.
  if (mutant_ == Mutant::kRsmB04) return true;
  return awaited == applied;
}

bool KvRules::gives_up_waiting() const {
  // RSM-B04: who waits for an index goes on waiting: something will come to stand there.
  return mutant_ != Mutant::kRsmB04;
}

}  // namespace seedbed::raft

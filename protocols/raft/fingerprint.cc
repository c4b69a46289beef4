// A digest of a server's state, for model checking, for comparing runs and for finding cycles.
#include "protocols/raft/raft.h"
#include "sim/core/hash.h"

namespace seedbed::raft {
namespace {

class Digest {
 public:
  void add(uint64_t word) { value_ = mix(value_, word); }
  void add(Term term) { add(number(term)); }
  void add(EntryId id) {
    add(id.index);
    add(id.term);
  }
  void add(NodeTime time) { add(static_cast<uint64_t>(nanoseconds(time))); }
  void add(std::optional<NodeId> node) { add(node ? uint64_t{number(*node)} + 1 : 0); }
  void add(const Entry& entry) {
    add(entry.id());
    add(static_cast<uint64_t>(entry.kind));
    value_ = hash_bytes(entry.data, value_);
  }
  uint64_t value() const { return value_; }

 private:
  uint64_t value_ = 0;
};

}  // namespace

uint64_t Raft::fingerprint() const {
  Digest digest;
  digest.add(uint64_t{number(config_.self)});
  digest.add(hard_state_.term);
  digest.add(hard_state_.voted_for);
  for (const Entry& entry : log_.slice(log_.first_index(), log_.last_index())) digest.add(entry);
  digest.add(commit_);
  digest.add(applied_);
  digest.add(writes_.durable_index());
  digest.add(writes_.completed());
  digest.add(static_cast<uint64_t>(role()));
  digest.add(leader());
  digest.add(now_);
  digest.add(next_deadline());
  digest.add(draws_);
  if (const auto* leader = std::get_if<Leader>(&state_)) {
    for (const Progress& follower : leader->followers) {
      digest.add(uint64_t{number(follower.id())});
      digest.add(follower.match());
      digest.add(follower.next());
      digest.add(uint64_t{follower.replicating()});
      digest.add(follower.round());
    }
    digest.add(leader->reads.round);
    digest.add(uint64_t{leader->reads.waiting.size()});
    digest.add(leader->reads.lease_until);
    digest.add(transferring_to());
  }
  digest.add(uint64_t{withheld_.size()});
  digest.add(uint64_t{pending_acks_.size()});
  digest.add(uint64_t{outbox_.size()});
  return digest.value();
}

}  // namespace seedbed::raft

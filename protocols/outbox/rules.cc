#include "protocols/outbox/rules.h"

namespace seedbed::outbox {

Way Rules::way() const {
  // CH-02: between the two calls the replica may be killed, or the queue be out of reach.
  if (mutant_ == Mutant::kDualWrite) return Way::kCommitThenPublish;
  // WAL-B10: the consumer hears of what may never be committed.
  if (mutant_ == Mutant::kPublishFirst) return Way::kPublishThenCommit;
  // One transaction decides about both.
  return Way::kOutbox;
}

bool Rules::acts(bool has_acted) const {
  // A relay, and a queue, deliver at least once; that is not once.
  if (mutant_ == Mutant::kNoInbox) return true;
  return !has_acted;
}

bool Rules::waits_for_disk() const {
  // What was committed is gone with the power.
  return mutant_ != Mutant::kNoSync;
}

bool Rules::takes_fill(uint64_t permit, uint64_t valid) const {
  // What it brings was read before the last change, and lives on from now.
  if (mutant_ == Mutant::kAnyFill) return true;
  return permit != 0 && permit == valid;
}

bool Rules::keeps_key(uint64_t attempt) const {
  // The key that tells a repetition from a new request is made anew for the repetition.
  return attempt == 1 || mutant_ != Mutant::kFreshKey;
}

}  // namespace seedbed::outbox

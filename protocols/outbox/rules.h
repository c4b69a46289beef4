// The rules on which the service rests, each beside the mistake that breaks it (rules.cc).
#pragma once

#include <cstdint>

namespace seedbed::outbox {

// Mistakes that were made elsewhere; see README.md. A mutant exists to be caught.
enum class Mutant {
  kNone,
  kDualWrite,     // CH-02: the database first, then the queue, and nothing that joins them
  kPublishFirst,  // WAL-B10: the queue first, then the database
  kNoInbox,       // the consumer does what it is told as often as it is told
  kFreshKey,      // an attempt that is repeated has another idempotency key
  kNoSync,        // the database answers before its disk has it
  kAnyFill,       // the cache takes what a slow reader brings
};

// How an event comes into the queue.
enum class Way {
  kOutbox,             // as a row of the transaction, from which a relay publishes it
  kCommitThenPublish,  // by whoever has committed
  kPublishThenCommit,  // by whoever is about to commit
};

class Rules {
 public:
  explicit Rules(Mutant mutant = Mutant::kNone) : mutant_(mutant) {}

  Way way() const;

  // Whether the consumer is to act on an event, given whether it has.
  bool acts(bool has_acted) const;

  // Whether the database must wait for its disk before it answers.
  bool waits_for_disk() const;

  // Whether the cache takes a value that comes with that permit, if `valid` is the one that counts.
  bool takes_fill(uint64_t permit, uint64_t valid) const;

  // Whether attempt `attempt` (from 1) has the idempotency key that the client gave; else a new
  // one.
  bool keeps_key(uint64_t attempt) const;

 private:
  Mutant mutant_;
};

}  // namespace seedbed::outbox

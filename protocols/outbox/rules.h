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

  // The operation's number in the key of attempt `attempt` (from 1), given the client's number.
  // True: the client's own. False: a new one.
  bool keeps_key(uint64_t attempt) const;

 private:
  Mutant mutant_;
};

}  // namespace seedbed::outbox

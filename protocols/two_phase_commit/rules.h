// The rules on which atomic commitment rests, each a small function with a name. Each mutant is
// written beside the rule that it breaks, in rules.cc.
#pragma once

#include <cstddef>
#include <cstdint>

#include "protocols/two_phase_commit/mutants.h"

namespace seedbed::two_phase_commit {

class Rules {
 public:
  explicit Rules(Mutant mutant = Mutant::kNone) : mutant_(mutant) {}

  // --- Participants ---

  // Whether a YES must wait until the record of it is durable.
  bool forces_vote() const;
  // Whether it may vote YES, if what it did for the transaction stands there, or not any more.
  bool may_vote(bool stands) const;
  // Whether what a transaction has locked stays locked when it is in doubt.
  bool keeps_locks_in_doubt() const;
  // Whether a participant in doubt asks for the decision.
  bool asks_in_doubt() const;
  // Whether a participant may abort by itself, given whether it has voted.
  bool may_give_up(bool voted) const;
  // Whether a request is executed, if it was executed already.
  bool executes(bool done) const;
  // Whether a transaction may go on after a wait, if it is still there, or not.
  bool may_go_on(bool still_there) const;
  // Whether what is in doubt must be locked before anybody is served.
  bool locks_before_serving() const;

  // --- Coordinators ---

  // The life that begins, if the journal knows of that one.
  uint64_t next_incarnation(uint64_t known) const;
  // Whether a decision is in the journal at all, and told until everybody knows.
  bool keeps_decisions() const;
  // Whether COMMIT must wait until the decision is durable.
  bool forces_decision() const;
  // Whether abort may be presumed of a transaction that is not committed, given whether it is still
  // being worked on, or voted on.
  bool may_presume_abort(bool active) const;
  // Whether a committed transaction may be forgotten, when so many of those who must know do.
  bool may_forget(size_t acknowledged, size_t writers) const;
  // Whether a client may be told that it is committed.
  bool may_tell_success(bool committed) const;

  // --- Clients ---

  // Whether a client may run a transaction again, given whether it knows that it was aborted.
  bool may_run_again(bool aborted) const;

 private:
  Mutant mutant_;
};

}  // namespace seedbed::two_phase_commit

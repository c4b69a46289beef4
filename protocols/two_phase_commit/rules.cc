#include "protocols/two_phase_commit/rules.h"

namespace seedbed::two_phase_commit {

bool Rules::forces_vote() const {
  // 2PC-B01: YES, crash, COMMIT: half of it is lost.
  return mutant_ != Mutant::kB01;
}

bool Rules::may_vote(bool stands) const {
  // 2PC-B04: somebody was told that it is aborted here.
  return stands || mutant_ == Mutant::kB04;
}

bool Rules::keeps_locks_in_doubt() const {
  // 2PC-B05: others see the new half here, and the old half elsewhere.
  return mutant_ != Mutant::kB05;
}

bool Rules::asks_in_doubt() const {
  // Aborts are told once. Whoever misses that, holds its locks for ever.
  return mutant_ != Mutant::kNeverAsks;
}

bool Rules::may_give_up(bool voted) const {
  // 2PC-B06: the coordinator may have decided, and have told others.
  return !voted || mutant_ == Mutant::kB06;
}

bool Rules::executes(bool done) const {
  // 2PC-B07: the network made a copy, and money with it.
  return !done || mutant_ == Mutant::kB07;
}

bool Rules::may_go_on(bool still_there) const {
  // It was wounded while it waited, and has no locks any more.
  return still_there || mutant_ == Mutant::kStale;
}

bool Rules::locks_before_serving() const {
  // 2PC-B12: what is in doubt is read, or overwritten.
  return mutant_ != Mutant::kB12;
}

uint64_t Rules::next_incarnation(uint64_t known) const {
  // 2PC-B08: a COMMIT of the transaction that had the number before hits the one that has it now.
  return mutant_ == Mutant::kB08 ? 1 : known + 1;
}

bool Rules::keeps_decisions() const {
  // CH-05: a crash between two COMMITs leaves one half committed, and nobody who knows it.
  return mutant_ != Mutant::kCh05;
}

bool Rules::forces_decision() const {
  // 2PC-B02: after a crash, what was committed is presumed to be aborted.
  return mutant_ != Mutant::kB02;
}

bool Rules::may_presume_abort(bool active) const {
  // 2PC-B03: a participant that asks early aborts, and the others commit.
  return !active || mutant_ == Mutant::kB03;
}

bool Rules::may_forget(size_t acknowledged, size_t writers) const {
  // 2PC-B09: whoever has not heard of it asks, and abort is presumed.
  if (mutant_ == Mutant::kB09) return acknowledged > 0;
  return acknowledged == writers;
}

bool Rules::may_tell_success(bool committed) const {
  // 2PC-B10: an error behind the point from which on nobody looked for errors.
  return committed || mutant_ == Mutant::kB10;
}

bool Rules::may_run_again(bool aborted) const {
  // 2PC-B11: the first one may be committed.
  return aborted || mutant_ == Mutant::kB11;
}

}  // namespace seedbed::two_phase_commit

// Linearizability: does every operation seem to happen at one moment between its invocation and its
// return? The strongest promise that a single object can make (Herlihy and Wing, TOPLAS 1990).
//
//   LinearizabilityChecker checker("linearizable", key_value_model());
//   stream.watch(checker);
//   ...                                          // the run
//   checker.finish();
//   checker.result().message;
//   // get(x) by c7 returned "3" at 1.204s, but put(x,"5") by c6 had completed at 1.100s
//   // and nothing wrote "3" after it
//
// Operations that are ok must have happened, those that failed must not, and those of unknown
// outcome may take effect at any time after their invocation, or never. Unknown pure operations are
// dropped: nobody saw what they saw.
//
// The verdicts: pass means that an order was found. Violation means that all orders were tried, in
// a search without approximations, and none explains what the clients saw. Inconclusive means that
// the budget ended before that; it is never a pass. The problem is NP-hard; the histories of real
// runs take microseconds, because each key is judged alone and few operations overlap.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/check/checker.h"
#include "sim/check/model.h"
#include "sim/history/history.h"

namespace seedbed {

struct LinearizabilityOptions {
  // For all keys together, about 20 million steps a second. Keys take turns, each turn twice as
  // long as the one before, so that one hard key does not hide a violation in an easy one.
  uint64_t max_steps = 4'000'000;
  // What the search may remember, in bytes, for each key.
  size_t max_memory = size_t{256} << 20;
  // Which bits of the search's hashes count. Fewer only to test that collisions change no verdict.
  uint64_t hash_mask = ~uint64_t{0};
};

struct LinearizabilityResult {
  CheckStatus status = CheckStatus::kInconclusive;  // pass, violation or inconclusive
  uint64_t operations = 0;                          // ok operations that were judged
  uint64_t steps = 0;                               // of the search, without explaining
  std::string message;                              // one sentence, unless it passed
  std::vector<Fact> facts;                          // of a violation, in order of time
  EventIndex at = kNoEvent;  // the return by which the contradiction was complete
};

// Judges a history. A pure function: equal arguments give equal results.
//
// Operations that the model does not know are left out if they are alone on their keys; a key on
// which both kinds meet cannot be judged, and makes the result inconclusive.
LinearizabilityResult check_linearizable(const History& history, const Model& model,
                                         const LinearizabilityOptions& options = {});

// Collects the history of a run and judges it in finish(). Evaluates ok operations.
class LinearizabilityChecker : public Checker {
 public:
  // `model` must outlive the checker; those of sim/check/model.h do.
  LinearizabilityChecker(std::string name, const Model& model,
                         const LinearizabilityOptions& options = {})
      : Checker(std::move(name)), model_(model), options_(options) {}

  EventKinds interests() const override { return builder_.interests(); }
  void on_event(const TraceEvent& event) override { builder_.on_event(event); }
  void finish() override;

 private:
  const Model& model_;
  LinearizabilityOptions options_;
  HistoryBuilder builder_;
};

}  // namespace seedbed

// Linearizability: does every operation seem to happen at one moment between its invocation and its
// return? The strongest promise that a single object can make (Herlihy and Wing, TOPLAS 1990).
//
//   const CheckOutcome outcome = check_linearizable(history, *find_model("register"));
//   outcome.status;                              // pass
//   outcome.keys[0].algorithm;                   // "zones"
//   outcome.keys[0].order;                       // ids of operations: one order that explains all
//
//   outcome.message;                             // of a violation:
//   // get(x) by c7 returned "3" at 1.204s, but put(x,"5") by c6 had completed at 1.100s
//   // and nothing wrote "3" after it
//
// A run is judged while it happens: sim/check/linearizability_checker.h.
//
// Operations that are ok must have happened, those that failed must not, and those of unknown
// outcome may take effect at any time after their invocation, or never. Unknown pure operations are
// dropped: nobody saw what they saw. What reads of nil, a cas that failed and objects at first mean
// is the history's convention.
//
// The verdicts: pass means that an order was found. Violation means that there is none: a method
// that is proven said so, or all orders were tried, in a search without approximations.
// Inconclusive means that the budget ended before that; it is never a pass. The problem is NP-hard;
// the histories of real runs take microseconds, because each key is judged alone, few operations
// overlap, and values that are unique tell most of the order (sim/check/linear_method.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/check/checker.h"
#include "sim/check/linear_defect.h"
#include "sim/check/model.h"
#include "sim/history/history.h"

namespace seedbed {

// How the orders of an object's operations are tried, where no method tells (sim/check/model.h).
enum class LinearStrategy : uint8_t {
  // By a sweep if few operations run at the same time and it stays small, otherwise depth first.
  kByConcurrency,
  kSweep,  // as above, however many run at the same time; to compare
  kDepthFirst,
};

struct LinearizabilityOptions {
  // For all keys together, about 20 million steps a second. Keys take turns, each turn twice as
  // long as the one before, so that one hard key does not hide a violation in an easy one.
  uint64_t max_steps = 4'000'000;
  // What the search may remember, in bytes, for each key.
  size_t max_memory = size_t{256} << 20;
  // Hand out the orders that were found.
  bool orders = true;
  // Off: all keys in one search, though each could be judged alone. Slower; to compare with others.
  bool keys_apart = true;
  // Off: only the search. To compare both.
  bool methods = true;
  LinearStrategy strategy = LinearStrategy::kByConcurrency;
  // The state of every object at first, if it is not the model's own, nor the convention's.
  std::optional<std::string> initial;
  // Which bits of the search's hashes count. Fewer only to test that collisions change no verdict.
  uint64_t hash_mask = ~uint64_t{0};
  // Of a LinearizabilityChecker: how many operations on each key it keeps to explain a violation
  // with; about half of them at any time. Older ones are forgotten where that leaves no doubt.
  size_t kept = 2000;
  // A mistake that a test must notice.
  LinearDefect defect = LinearDefect::kNone;
};

// What was found out about one key, or about all if the model takes them for one object.
struct KeyOutcome {
  std::string key;
  CheckStatus status = CheckStatus::kInconclusive;  // pass, violation or inconclusive
  std::string_view algorithm;     // "zones", "sweep", "search" ...; empty: not judged
  std::string why;                // if inconclusive: a sentence
  std::vector<uint64_t> entries;  // ids, in the order of invocations
  // If passed, and asked for: ids in an order that explains what was seen. It has all ok
  // operations, those unknown ones that are needed, and each cas that failed and was an answer.
  std::vector<uint64_t> order;
  EventIndex illegal_at = kNoEvent;  // if violated: the return by which that was complete
  uint64_t steps = 0;                // of the sweep and the search
  size_t bytes = 0;                  // of memory for them
};

struct CheckOutcome {
  CheckStatus status = CheckStatus::kInconclusive;  // pass, violation or inconclusive
  std::string_view algorithm;                       // of all keys; "several" if they differ
  uint64_t operations = 0;                          // that happened, and were judged
  uint64_t steps = 0;                               // of the search, without explaining
  size_t bytes = 0;                                 // the most that one key took
  std::string message;                              // one sentence, unless it passed
  std::vector<Fact> facts;                          // of a violation, in order of time
  EventIndex at = kNoEvent;  // the return by which the contradiction was complete
  // In the order of their first invocations. After a violation the others are not judged to the
  // end.
  std::vector<KeyOutcome> keys;
};

// Judges a history. A pure function: equal arguments give equal results.
//
// Operations that the model does not know are left out if they are alone on their keys; a key on
// which both kinds meet cannot be judged, and makes the result inconclusive.
CheckOutcome check_linearizable(const History& history, const Model& model,
                                const LinearizabilityOptions& options = {});

}  // namespace seedbed

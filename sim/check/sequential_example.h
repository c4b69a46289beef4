// Counterexamples to sequential consistency: the smallest part of a history that no order explains.
//
//   const SequentialOutcome outcome = check_sequential(history, model);   // a violation
//   const SequentialExample example = sequential_example(history, model);
//   example.kept;       // four operations of 846
//   example.message;    // no order of these 4 operations keeps the order of c1 and c2 ...
//
// Delta debugging (Zeller and Hildebrandt, IEEE TSE 2002) over what sim/check/leave_out.h allows to
// leave out, so that the part proves the whole wrong. Let L be an order that explains the whole.
//   - Rules 2 (what changes nothing), 3 (it may have happened, or not) and 4 (writers of what
//     nobody sees) take operations out of L, or allow more, and leave the rest of L in its order.
//     So each process still has its own, and real time was never asked.
//   - Objects are independent, so rule 4 holds for each key alone; of a key on which nothing is
//     kept, everything may go.
//   - Rule 1, about prefixes, does not hold: a read may see what was written after it by the clock.
//     Cut off the write, and nothing explains the read any more, though the whole was right. Of
//     that rule only this is left: what failed is not in L.
// The result is minimal, not the least: no single operation of it can go.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/check/sequential.h"

namespace seedbed {

struct SequentialExampleOptions {
  uint64_t max_steps = 20'000'000;  // of all searches together
};

struct SequentialExample {
  struct Operation {
    uint64_t id = 0;
    bool happened = false;  // false: it may have happened, and is needed for what it may have done
  };
  std::vector<Operation> kept;  // in the order of their invocations
  uint64_t of = 0;              // operations that did not fail
  bool minimal = false;         // false: the budget ended before that was sure
  std::string message;          // one sentence
};

// The history is a violation. A pure function.
SequentialExample sequential_example(const History& history, const Model& model,
                                     const SequentialExampleOptions& options = {});

// The part in which the chosen operations happened, positions in the history: with all that may not
// be left out for their sake, as optional ones. If the whole can be explained, so can the part.
std::vector<Role> sequential_part(const History& history, const Model& model,
                                  const std::vector<size_t>& chosen);

}  // namespace seedbed

// Sequential consistency: is there one order of all operations that keeps the order of each
// process, and in which every answer is right? Real time does not count: what one process did may
// show up late at another (Lamport, IEEE Trans. Computers 28, 1979).
//
//   const SequentialOutcome outcome = check_sequential(history, register_model());
//   outcome.order;                    // ids: the order, if it passed
//
// It is weaker than linearizability, and harder to check: keys cannot be judged alone, for a
// history of several keys may be wrong though each of them is right, and with values that are
// unique it is NP-complete too (Gibbons and Korach, SIAM J. Comput. 26, 1997). So there is a
// search, with bounds. What is linearizable is sequentially consistent too, so that is asked first.
//
// An operation of unknown outcome may take effect at any time after what its process was told
// before it; what the process does later need not wait for it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/check/checker.h"
#include "sim/check/linear_key.h"
#include "sim/check/model.h"
#include "sim/history/history.h"

namespace seedbed {

struct SequentialOptions {
  uint64_t max_steps = 4'000'000;
  size_t max_memory = size_t{256} << 20;  // bytes
  // Off: only the search. To compare both.
  bool real_time_first = true;
};

struct SequentialOutcome {
  CheckStatus status = CheckStatus::kInconclusive;  // pass, violation or inconclusive
  uint64_t operations = 0;                          // that happened, and were judged
  uint64_t steps = 0;
  size_t bytes = 0;
  std::string_view algorithm;   // "linearizable", "search"; empty: not judged
  std::string why;              // if inconclusive
  std::vector<uint64_t> order;  // if passed: all that happened, and those of the others it needs
};

// A pure function. Works for histories that know only the order of each session, too.
SequentialOutcome check_sequential(const History& history, const Model& model,
                                   const SequentialOptions& options = {});

// Some operations alone: roles[i] says what is asked of entry i. A required one whose outcome is
// unknown is taken for an optional one.
SequentialOutcome check_sequential_part(const History& history, const Model& model,
                                        const std::vector<Role>& roles,
                                        const SequentialOptions& options = {});

}  // namespace seedbed

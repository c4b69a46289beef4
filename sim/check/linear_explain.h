// Explains a violation of linearizability: which operation cannot be placed, and which few others
// leave no room for it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/check/checker.h"
#include "sim/check/linear_key.h"

namespace seedbed {

// The first return by which the history of the key was no longer linearizable. `from` is a lower
// bound, as LinearSearch::furthest() gives it. Linearizability is closed under prefixes, so that
// bisection finds it. The whole history of the key must be illegal. What cannot be decided within
// `max_steps`, for all searches together, is taken for legal: then the answer may be late, never
// early. (Unless hashes collide: an exact search must confirm it.)
EventIndex shortest_failing_prefix(LinearKey& key, EventIndex from, uint64_t max_steps,
                                   const SearchOptions& options = {});

struct Explanation {
  std::string message;
  std::vector<Fact> facts;
};

// `last` is the return that ends the failing prefix. Spends up to `max_steps` on making it short.
Explanation explain_violation(LinearKey& key, EventIndex last, uint64_t max_steps);

}  // namespace seedbed

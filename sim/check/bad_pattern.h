// Where to look first for a small contradiction about a queue, a stack or a priority queue: the
// patterns that no order can have (sim/check/linear_queue.cc says where they come from), found in
// values that were put once. They are guesses: unknown takes may excuse a pattern, so whoever uses
// one has to try it.
//
//   for (const std::set<std::string>& elements : suspicious_elements(model, pieces)) try(elements);
#pragma once

#include <set>
#include <string>
#include <vector>

#include "sim/check/leave_out.h"

namespace seedbed {

struct PatternPiece {
  const Touch* touch = nullptr;
  EventIndex call{};
  EventIndex end{};          // kLastEvent unless it is known to have happened
  bool found_empty = false;  // a take that found nothing
};

// Sets of elements, the smallest first; at most a few dozen. In pairs: an inversion of a queue, a
// value that was popped from under another one, one that left before a smaller one.
std::vector<std::set<std::string>> suspicious_elements(const Model& model,
                                                       const std::vector<PatternPiece>& pieces);

}  // namespace seedbed

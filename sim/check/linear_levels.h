// Levels: operations whose order is known, but for those of one level among each other.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "sim/check/linear_method.h"

namespace seedbed {

class Levels {
 public:
  void add(uint64_t level, uint32_t piece) { pieces_.emplace_back(level, piece); }

  // The order by level, and by call within a level; illegal if real time forbids it: then some
  // operation precedes one of a lower level. Within a level, the order of calls respects real time.
  MethodResult decide(const LinearProblem& problem) {
    std::sort(pieces_.begin(), pieces_.end());
    MethodResult result{.status = MethodStatus::kLinearizable};
    int64_t latest_call = -1;       // of lower levels
    int64_t latest_call_here = -1;  // and of this one
    uint64_t level = 0;
    for (const auto& [piece_level, piece] : pieces_) {
      if (piece_level != level) latest_call = latest_call_here;
      level = piece_level;
      const LinearPiece& one = problem.pieces[piece];
      const bool too_early = one.end < latest_call && !problem.has(LinearDefect::kForgetsLevels);
      if (too_early) return {.status = MethodStatus::kIllegal};
      latest_call_here = std::max(latest_call_here, one.call);
      result.order.push_back(piece);
    }
    return result;
  }

 private:
  std::vector<std::pair<uint64_t, uint32_t>> pieces_;
};

}  // namespace seedbed

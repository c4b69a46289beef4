#include <algorithm>

#include "sim/check/linear_method.h"
#include "sim/check/model.h"

namespace seedbed {

bool is_linearization(const Model& model, const LinearProblem& problem,
                      const std::vector<uint32_t>& order) {
  std::vector<bool> placed(problem.pieces.size());
  std::string state = problem.initial;
  int64_t latest_call = -1;
  for (const uint32_t piece : order) {
    if (piece >= placed.size() || placed[piece]) return false;
    placed[piece] = true;
    const LinearPiece& one = problem.pieces[piece];
    if (one.end < latest_call) return false;  // it had ended before one that stands before it began
    latest_call = std::max(latest_call, one.call);
    std::string next;
    if (!model.step(state, one.exchange, &next)) return false;
    state = std::move(next);
  }
  for (size_t i = 0; i < placed.size(); ++i) {
    if (problem.pieces[i].required && !placed[i]) return false;
  }
  return true;
}

}  // namespace seedbed

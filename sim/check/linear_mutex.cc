// Alternation: acquires and releases of a mutex take turns, so what comes next is always known by
// its kind, and only the question remains which one it is. Of those that may come next (called
// before the first end of all that are not placed yet) the one that ends first is placed; one of
// unknown outcome only if there is no other.
//
// Why no choice is wrong: take any completion, and let x be what it places next, y what is placed
// here instead. Both are of one kind. If y is in it, exchange them: y may come here, since it was
// called before all those ends; x may stand where y stood, for it ends no sooner than y, and so
// after the calls of all between. If y is not in it, y is of unknown outcome, and so is x; replace
// x by it. Every state along the way is as before.
#include <algorithm>
#include <deque>
#include <queue>
#include <utility>
#include <vector>

#include "sim/check/linear_method.h"

namespace seedbed {
namespace {

// Operations of one kind that may come next.
struct Candidates {
  using Required = std::pair<int64_t, uint32_t>;  // end, piece
  std::priority_queue<Required, std::vector<Required>, std::greater<>> required;
  std::deque<uint32_t> optional;
};

class Alternation {
 public:
  explicit Alternation(const LinearProblem& problem)
      : problem_(problem), placed_(problem.pieces.size()) {
    for (uint32_t i = 0; i < problem.pieces.size(); ++i) {
      if (problem.pieces[i].required) ends_.emplace_back(problem.pieces[i].end, i);
    }
    std::sort(ends_.begin(), ends_.end());
  }

  MethodResult decide() {
    MethodResult result{.status = MethodStatus::kLinearizable};
    for (bool held = !problem_.initial.empty(); left(); held = !held) {
      admit();
      Candidates& candidates = candidates_[held ? 1 : 0];
      if (candidates.required.empty() && candidates.optional.empty()) {
        return {.status = MethodStatus::kIllegal};
      }
      const uint32_t piece = take(&candidates);
      placed_[piece] = true;
      result.order.push_back(piece);
    }
    return result;
  }

 private:
  // Required ones that are not placed.
  bool left() {
    while (first_ < ends_.size() && placed_[ends_[first_].second]) ++first_;
    return first_ < ends_.size();
  }

  void admit() {
    const std::vector<LinearPiece>& pieces = problem_.pieces;
    for (; next_ < pieces.size() && pieces[next_].call <= ends_[first_].first; ++next_) {
      const LinearPiece& piece = pieces[next_];
      Candidates& candidates = candidates_[piece.exchange.is(kRelease) ? 1 : 0];
      if (piece.required) {
        const bool hurries = !problem_.has(LinearDefect::kTakesTheLatest);
        candidates.required.emplace(hurries ? piece.end : -piece.end, next_);
      } else {
        candidates.optional.push_back(next_);
      }
    }
  }

  static uint32_t take(Candidates* candidates) {
    uint32_t piece = 0;
    if (!candidates->required.empty()) {
      piece = candidates->required.top().second;
      candidates->required.pop();
    } else {
      piece = candidates->optional.front();
      candidates->optional.pop_front();
    }
    return piece;
  }

  const LinearProblem& problem_;
  std::vector<bool> placed_;
  std::vector<std::pair<int64_t, uint32_t>> ends_;  // of required pieces, in order
  size_t first_ = 0;                                // in ends_
  uint32_t next_ = 0;                               // piece that is no candidate yet
  Candidates candidates_[2];                        // acquires, releases
};

MethodResult decide(const LinearProblem& problem) { return Alternation(problem).decide(); }

}  // namespace

const LinearMethod& mutex_method() {
  static const LinearMethod method{.name = "alternation", .decide = decide};
  return method;
}

}  // namespace seedbed

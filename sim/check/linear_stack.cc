// Stacks, by taking away what can lie at the bottom.
//
// Let every value be put by one operation, and let a value that was never taken be taken after
// everything. Call [a, b] the time of its put, and [c, d] that of its take. What is not after some
// value's b and before its c can be done without it: the value enters and leaves in one moment, on
// top of whatever there is; these values are left out until the end. A stack has an order if and
// only if each of the others can be given a stay, from a moment of [a, b] to one of [c, d], so that
// of two stays one lies in the other or they are apart, and no stay covers a take that found
// nothing. Each value surely covers what is between its b and c.
//
//   (1) Let t be a moment that no value surely covers. If there are stays, there are some that all
//       end at t, begin at t, or do not contain it: cut those that do contain it, so that they end
//       there if c <= t, and else begin there, since then b >= t.
// So takes that found nothing need such a moment and nothing else, and what is between two such
// moments l and r, with none between, is judged alone: put and take are those that fall into it.
//   (2) Between l and r one stay contains all others: where there is more than one that is in no
//       other, a moment between them is covered by none. It begins at l and ends at r, since some b
//       is l and some c is r. So some value has a <= l and d >= r.
//   (3) Any value with a <= l and d >= r will do: if there are stays, they remain apart or nested
//       when its own becomes [l, r].
// Take it away; the rest falls into parts between the moments that are now covered by none. If
// there is no such value, there is no order. Compare Bouajjani, Emmi, Enea and Hamza (ICALP 2015),
// and for the way of taking away Lee and Mathur (OOPSLA 2025).
//
// While parts shrink, l grows and r falls, so a value that has once had a <= l or d >= r has it for
// good: trees over the values in the order of b find each value that now has a <= l, and among
// these the greatest d. All of it takes n log n.
//
// Takes of unknown outcome may take values that nobody is known to have taken. Let these stay as
// long as they can: until r, which is behind everything at first. (3) holds for them too: no order
// needs them gone before r. If there is a take that found nothing, or a part of which nothing can
// lie at the bottom, they must leave earlier. In every order then there is a moment t at which the
// stack is as it was at l (or empty); all of them that were put before t have left by t. At t no
// value that was taken surely is there, and in a part t is not after the greatest d of a value with
// a <= l, which lies at the bottom up to t. For a set of values that leave, the last such t is the
// best one: they stay longer. So there is one way for each number of values that leave. Values can
// leave by their times if and only if the first take comes before the first time, and so on. All
// ways are tried, up to a bound; mostly there is one.
#include <algorithm>
#include <cstddef>
#include <set>
#include <utility>

#include "sim/check/linear_cover.h"
#include "sim/check/linear_method.h"
#include "sim/check/linear_stays.h"

namespace seedbed {
namespace {

constexpr size_t kMostWork = 500'000;  // values, in all ways that are tried
constexpr size_t kFewestWays = 8;

// A value that surely is there at some time. Times are positions in the row of all points.
struct Layer {
  const Stay* stay;
  uint32_t b, c;
  int64_t d;
  bool lazy;  // nobody is known to have taken it, and somebody may have
  uint32_t from = 0, to = 0;
  int64_t rank = 0;  // what lies below has a lower one
};

struct Part {
  uint32_t l, r;
};

class Stack {
 public:
  Stack(const LinearProblem& problem, const Stays& stays) : problem_(problem), stays_(stays) {
    for (const uint32_t take : stays.unknown_takes()) {
      take_calls_.push_back(problem.pieces[take].call);
    }
    collect_points();
    collect_layers();
  }

  MethodResult decide();

 private:
  class Attempt;

  bool has(LinearDefect defect) const { return problem_.has(defect); }

  void collect_points() {
    points_.push_back(kNoEnd);
    for (const Stay& stay : stays_.values()) {
      if (!stay.surely_there()) continue;
      points_.insert(points_.end(), {stay.put_end, stay.take_call, stay.take_end});
    }
    for (const uint32_t take : stays_.empties()) {
      points_.insert(points_.end(), {problem_.pieces[take].call, problem_.pieces[take].end});
    }
    std::sort(points_.begin(), points_.end());
    points_.erase(std::unique(points_.begin(), points_.end()), points_.end());
  }

  uint32_t point_of(int64_t time) const {
    const auto point = std::lower_bound(points_.begin(), points_.end(), time);
    return static_cast<uint32_t>(point - points_.begin());
  }

  void collect_layers() {
    for (const Stay& stay : stays_.values()) {
      if (!stay.surely_there()) continue;
      layers_.push_back({.stay = &stay,
                         .b = point_of(stay.put_end),
                         .c = point_of(stay.take_call),
                         .d = stay.take_end,
                         .lazy = !stay.taken() && !take_calls_.empty()});
    }
    std::stable_sort(layers_.begin(), layers_.end(),
                     [](const Layer& x, const Layer& y) { return x.b < y.b; });
    first_layer_.assign(points_.size() + 1, static_cast<uint32_t>(layers_.size()));
    for (auto i = static_cast<uint32_t>(layers_.size()); i-- > 0;) first_layer_[layers_[i].b] = i;
    for (size_t i = points_.size(); i-- > 0;) {
      first_layer_[i] = std::min(first_layer_[i], first_layer_[i + 1]);
    }
  }

  uint32_t last_point() const { return static_cast<uint32_t>(points_.size() - 1); }

  // How many layers cover each point; those that are lazy do so to the end.
  Cover cover(bool with_lazy) const {
    std::vector<int32_t> counts(points_.size() + 1);
    for (const Layer& layer : layers_) {
      if (layer.lazy && !with_lazy) continue;
      ++counts[layer.b + 1];
      --counts[layer.lazy ? last_point() : layer.c];
    }
    for (size_t i = 1; i < counts.size(); ++i) counts[i] += counts[i - 1];
    counts.pop_back();
    return Cover(counts);
  }

  MethodResult order() {
    using enum Moments::Phase;
    Moments moments;
    std::vector<const Layer*> leaving;  // with a take of unknown outcome
    for (const Layer& layer : layers_) {
      moments.add(points_[layer.from], kEnter, layer.rank, layer.stay->put);
      if (layer.stay->taken()) {
        moments.add(points_[layer.to], kLeave, -layer.rank, layer.stay->take);
      } else if (points_[layer.to] != kNoEnd) {
        leaving.push_back(&layer);
      }
    }
    std::stable_sort(leaving.begin(), leaving.end(),
                     [](const Layer* x, const Layer* y) { return x->to < y->to; });
    for (size_t i = 0; i < leaving.size(); ++i) {
      const uint32_t take = stays_.unknown_takes()[i];
      moments.add(points_[leaving[i]->to], kLeave, -leaving[i]->rank, take);
    }
    for (const auto& [at, take] : found_empty_) moments.add(at, kPass, -1, take);
    for (size_t i = 0; i < stays_.values().size(); ++i) {
      const Stay& stay = stays_.values()[i];
      if (stay.surely_there()) continue;
      const int64_t at = std::max(stay.put_call, stay.take_call);
      moments.add(at, kPass, static_cast<int64_t>(i), stay.put);
      moments.add(at, kPass, static_cast<int64_t>(i), stay.take);
    }
    return moments.order();
  }

  const LinearProblem& problem_;
  const Stays& stays_;
  std::vector<int64_t> take_calls_;  // of unknown outcome
  std::vector<int64_t> points_;
  std::vector<Layer> layers_;          // by b
  std::vector<uint32_t> first_layer_;  // of each point: with b not before it
  std::vector<std::pair<int64_t, uint32_t>> found_empty_;
};

// One way of making values leave, if they have to.
class Stack::Attempt {
 public:
  Attempt(Stack* stack, Ways* ways)
      : stack_(*stack),
        ways_(*ways),
        layers_(stack->layers_),
        covered_(stack->cover(true)),
        known_(stack->take_calls_.empty() ? Cover({}) : stack->cover(false)),
        early_(layers_.size()),
        late_(layers_.size()) {
    stack_.found_empty_.clear();
    for (uint32_t i = 0; i < layers_.size(); ++i) {
      early_.set(i, kNoEnd - layers_[i].stay->put_call);
      if (!layers_[i].lazy) continue;
      lazy_.insert(i);
      layers_[i].c = stack_.last_point();
      layers_[i].d = kNoEnd;
    }
  }

  bool succeeds() {
    for (const uint32_t take : stack_.stays_.empties()) {
      if (!find_nothing(take)) return false;
    }
    split({0, stack_.last_point()});
    while (!parts_.empty()) {
      const Part part = parts_.back();
      parts_.pop_back();
      if (!settle(part)) return false;
    }
    return true;
  }

 private:
  uint32_t first_in(const Part& part) const { return stack_.first_layer_[part.l]; }
  uint32_t end_of(const Part& part) const { return stack_.first_layer_[part.r]; }

  // The first moment at which nothing surely was there.
  bool find_nothing(uint32_t take) {
    const LinearPiece& piece = stack_.problem_.pieces[take];
    const uint32_t call = stack_.point_of(piece.call), end = stack_.point_of(piece.end);
    uint32_t at = covered_.first_zero(call);
    if (at > end) {
      const auto all = static_cast<uint32_t>(layers_.size());
      if (!make_leave({call, end}, 0, all)) return false;
      at = covered_.first_zero(call);
    }
    stack_.found_empty_.emplace_back(stack_.points_[at], take);
    return true;
  }

  // The parts between moments that nothing surely covers.
  void split(const Part& part) {
    for (uint32_t from = part.l; from != part.r;) {
      const uint32_t to = std::min(part.r, covered_.first_zero(from + 1));
      if (first_in({from, to}) != end_of({from, to})) parts_.push_back({from, to});
      from = to;
    }
  }

  // Finds what lies at the bottom, or divides the part. False if neither can be done.
  bool settle(const Part& part) {
    const uint32_t first = first_in(part), end = end_of(part);
    const bool any_bottom = stack_.has(LinearDefect::kForgetsBottom);
    const int64_t earliest = any_bottom ? 0 : kNoEnd - stack_.points_[part.l];
    Greatest::Best best = early_.of(first, end);
    for (; best.number >= earliest; best = early_.of(first, end)) {
      early_.set(best.place, Greatest::kNothing);
      late_.set(best.place, layers_[best.place].d);
    }
    const bool nothing_left = best.number == Greatest::kNothing;
    best = late_.of(first, end);
    if (nothing_left && best.number == Greatest::kNothing) return true;
    if (best.number >= stack_.points_[part.r]) {
      lay(best.place, part);
    } else {
      if (best.number == Greatest::kNothing) return false;
      const uint32_t latest = stack_.point_of(best.number);
      if (!make_leave({part.l + 1, latest}, first, end)) return false;
    }
    split(part);
    return true;
  }

  // The layer lies below all others of the part.
  void lay(uint32_t i, const Part& part) {
    Layer& layer = layers_[i];
    layer.from = part.l;
    layer.to = part.r;
    layer.rank = ++laid_;
    late_.set(i, Greatest::kNothing);
    covered_.add(layer.b + 1, layer.c, -1);
    if (layer.lazy) {
      lazy_.erase(i);
    } else if (!stack_.take_calls_.empty()) {
      known_.add(layer.b + 1, layer.c, -1);
    }
  }

  // Makes a moment of the range, ends included, at which nothing surely is there: by one of the
  // ways to let values leave, of the layers from `first` to before `end`.
  bool make_leave(const Part& range, uint32_t first, uint32_t end) {
    std::vector<uint32_t> leaving;  // in the order of b, and no more than can leave
    for (auto i = lazy_.lower_bound(first); i != lazy_.end() && *i < end; ++i) {
      const bool enough = leaving.size() > stack_.take_calls_.size();
      if (enough || layers_[*i].b >= range.r) break;
      leaving.push_back(*i);
    }
    if (leaving.empty()) return false;
    size_t skipped = ways_.option();
    const uint32_t first_zero = known_.first_zero(range.l);
    uint32_t at = Cover::kNone;
    size_t count = 0;
    for (size_t size = 1; size <= leaving.size(); ++size) {
      const uint32_t from = std::max(first_zero, layers_[leaving[size - 1]].b + 1);
      const uint32_t to =
          size < leaving.size() ? std::min(range.r, layers_[leaving[size]].b) : range.r;
      if (from > to) continue;
      const uint32_t last = known_.last_zero(to);
      if (last == Cover::kNone || last < from || !may_leave(leaving, size, last)) continue;
      if (skipped > 0) {
        --skipped;
        continue;
      }
      if (at != Cover::kNone) {
        ways_.more();
        break;
      }
      at = last;
      count = size;
    }
    if (at == Cover::kNone) return false;
    for (size_t i = 0; i < count; ++i) leave_by(leaving[i], at);
    return true;
  }

  // True if there are takes enough when the first ones leave by that point as well.
  bool may_leave(const std::vector<uint32_t>& leaving, size_t size, uint32_t at) const {
    std::vector<int64_t> deadlines(size, stack_.points_[at]);
    const auto last = leaving.begin() + static_cast<std::ptrdiff_t>(size);
    for (const uint32_t i : left_) {
      const bool again = std::binary_search(leaving.begin(), last, i);
      if (again) deadlines.push_back(std::min(layers_[i].d, stack_.points_[at]));
      if (!again) deadlines.push_back(layers_[i].d);
    }
    for (const uint32_t i : left_) {
      if (std::binary_search(leaving.begin(), last, i)) deadlines.erase(deadlines.begin());
    }
    return enough_takes(stack_.take_calls_, std::move(deadlines));
  }

  void leave_by(uint32_t i, uint32_t at) {
    Layer& layer = layers_[i];
    if (layer.c <= at) return;
    if (layer.d == kNoEnd) left_.push_back(i);
    covered_.add(std::max(layer.b + 1, at), layer.c, -1);
    layer.c = at;
    layer.d = stack_.points_[at];
    if (late_.of(i, i + 1).number != Greatest::kNothing) late_.set(i, layer.d);
  }

  Stack& stack_;
  Ways& ways_;
  std::vector<Layer>& layers_;
  Cover covered_;   // by those that are not laid yet
  Cover known_;     // by those of them that are known to have been taken
  Greatest early_;  // kNoEnd - a, of those with a > l
  Greatest late_;   // d, of those with a <= l that are not laid yet
  std::set<uint32_t> lazy_;
  std::vector<uint32_t> left_;  // those that must leave
  std::vector<Part> parts_;
  int64_t laid_ = 0;
};

MethodResult Stack::decide() {
  Ways ways(kMostWork / (layers_.size() + stays_.empties().size() + 1) + kFewestWays);
  do {
    ways.restart();
    if (Attempt(this, &ways).succeeds()) return order();
  } while (ways.next());
  return {.status = ways.given_up() ? MethodStatus::kUndecided : MethodStatus::kIllegal};
}

MethodResult decide_stack(const LinearProblem& problem) {
  Stays stays;
  if (!stays.collect(problem)) return {};
  if (stays.contradictory()) return {.status = MethodStatus::kIllegal};
  return Stack(problem, stays).decide();
}

}  // namespace

const LinearMethod& stack_method() {
  static const LinearMethod method{.name = "bottoms", .decide = decide_stack};
  return method;
}

}  // namespace seedbed

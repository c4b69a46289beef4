// Priority queues, from the value that leaves first to the one that leaves last.
//
// Let every value be put by one operation. No two of them are equal, so of two values that are
// there one leaves first; call it the smaller one. A value may be put at any moment, but is taken
// at one at which no smaller value is there; and a take finds nothing at a moment at which no value
// is.
//
// Each value is there for some time: from a moment p to a moment t, and other values mind only if
// that is long. Let b be the end of its put. What is put as late as can be is there from b to t, or
// only at t if t <= b. So the values are gone through from the smallest to the largest: each is
// taken at the earliest moment, not before the calls of its put and its take, at which no smaller
// one is there. By induction each is there for a part of the time only for which it is there in any
// order; if for some value, or for a take that found nothing, there is no such moment before its
// end, there is no order. Else the moments are an order: at one moment values leave, the smaller
// ones first, others pass, and others enter. This takes n log n.
//
// A take of unknown outcome may have taken one of the values that nobody is known to have taken.
// These may leave, and as late as they can, for there may be few such takes. What must happen when
// is narrowed down, from both sides:
//   (a) Let all of them leave as soon as the first such take was called. The moments that are
//       found then, by the same way, are not later than in any order.
//   (b) If a larger value, or nothing, is taken at the earliest at t1, and at the latest at t2, by
//       (a), then what was put before t1 has left by t2.
//   (c) Values can leave by their times if and only if the first take comes before the first of
//       these times, and so on.
// If (a) and (c) can be kept, values leave as late as (b) allows, or never. If the moments of that
// are not an order, some take has none. In an order it has one: each end or call between the t1
// and t2 of this take is tried, which narrows down more; other moments make no difference. All of
// them are tried, up to a bound; mostly there is nothing to try.
#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>
#include <utility>

#include "sim/check/linear_cover.h"
#include "sim/check/linear_method.h"
#include "sim/check/linear_stays.h"
#include "sim/check/model_text.h"

namespace seedbed {
namespace {

constexpr size_t kMostWork = 1'000'000;  // items, in all rounds
constexpr size_t kFewestRounds = 16;
constexpr size_t kMostDepth = 64;

// Moments that are covered by open intervals.
class Covered {
 public:
  void add(int64_t from, int64_t to) {
    if (from >= to) return;
    auto next = intervals_.lower_bound(from);
    if (next != intervals_.begin() && std::prev(next)->second > from) --next;
    while (next != intervals_.end() && next->first < to) {
      from = std::min(from, next->first);
      to = std::max(to, next->second);
      next = intervals_.erase(next);
    }
    intervals_.emplace_hint(next, from, to);
  }
  // The nearest moment, not before or not after this one, that is not covered.
  int64_t first_free(int64_t from) const {
    const auto over = interval_over(from);
    return over == intervals_.end() ? from : over->second;
  }
  int64_t last_free(int64_t until) const {
    const auto over = interval_over(until);
    return over == intervals_.end() ? until : over->first;
  }

 private:
  std::map<int64_t, int64_t>::const_iterator interval_over(int64_t moment) const {
    auto next = intervals_.lower_bound(moment);
    if (next == intervals_.begin()) return intervals_.end();
    --next;
    return next->second > moment ? next : intervals_.end();
  }

  std::map<int64_t, int64_t> intervals_;  // from and to; none overlap
};

// What is taken: a value, or nothing.
struct Item {
  const Stay* stay = nullptr;  // nullptr: nothing
  uint32_t take = kNoPiece;
  bool lazy = false;  // nobody is known to have taken it, and somebody may have
};

// When an item may be taken. An item that is lazy need not be if `last` is kNoEnd.
struct Window {
  int64_t first = 0, last = kNoEnd;

  bool operator==(const Window&) const = default;
};

class PriorityQueue {
 public:
  PriorityQueue(const LinearProblem& problem, const Stays& stays)
      : problem_(problem), stays_(stays) {
    for (const uint32_t take : stays.unknown_takes()) {
      take_calls_.push_back(problem.pieces[take].call);
    }
    collect_items();
    rounds_ = kMostWork / (items_.size() + 1) + kFewestRounds;
  }

  MethodResult decide() {
    if (search(windows_, 0)) return order();
    return {.status = gave_up_ ? MethodStatus::kUndecided : MethodStatus::kIllegal};
  }

 private:
  void collect_items() {
    std::vector<std::pair<Priority, const Stay*>> values;
    for (const Stay& stay : stays_.values()) values.emplace_back(priority_of(stay.text), &stay);
    std::sort(values.begin(), values.end());
    for (const auto& [priority, stay] : values) {
      const bool lazy = !stay->taken() && !take_calls_.empty();
      const int64_t first = lazy ? take_calls_.front() : stay->take_call;
      items_.push_back({.stay = stay, .take = stay->take, .lazy = lazy});
      windows_.push_back({std::max(first, stay->put_call), stay->take_end});
    }
    for (const uint32_t take : stays_.empties()) {
      items_.push_back({.take = take});
      windows_.push_back({problem_.pieces[take].call, problem_.pieces[take].end});
    }
  }

  // True if there is an order with takes in these windows; `times_` are its moments then.
  bool search(std::vector<Window> windows, size_t depth) {
    if (depth > kMostDepth) gave_up_ = true;
    if (gave_up_ || !narrow(&windows)) return false;
    const size_t failed = take_all(windows);
    if (failed == items_.size() || take_soon(windows)) return true;
    for (const int64_t at : moments_of(windows, failed)) {
      const Window window = std::exchange(windows[failed], {at, at});
      if (search(windows, depth + 1)) return true;
      windows[failed] = window;
    }
    return false;
  }

  bool must_be_taken(size_t i, const Window& window) const {
    return !items_[i].lazy || window.last != kNoEnd;
  }

  // (a): false if there is none. Windows become smaller, up to the item before `end`.
  bool earliest(const std::vector<Window>& windows, size_t end, Covered* covered,
                std::vector<Window>* narrow) const {
    for (size_t i = 0; i < end; ++i) {
      const bool any = items_[i].stay == nullptr || !problem_.has(LinearDefect::kForgetsSmaller);
      const Window& window = windows[i];
      const int64_t at = any ? covered->first_free(window.first) : window.first;
      if (at > window.last) return false;
      if (narrow != nullptr) (*narrow)[i] = {at, std::max(at, covered->last_free(window.last))};
      if (items_[i].stay != nullptr) covered->add(items_[i].stay->put_end, at);
    }
    return true;
  }

  // (a) to (c), until they tell nothing new. False if there is no order.
  bool narrow(std::vector<Window>* windows) {
    for (bool changed = true; changed;) {
      if (rounds_-- == 0) {
        gave_up_ = true;
        return false;
      }
      Covered covered;
      std::vector<Window> between(items_.size());
      if (!earliest(*windows, items_.size(), &covered, &between)) return false;
      if (take_calls_.empty()) return true;
      changed = must_have_left(between, windows);
      std::vector<int64_t> deadlines;
      for (size_t i = 0; i < items_.size(); ++i) {
        const Window& window = (*windows)[i];
        if (items_[i].lazy && window.last != kNoEnd) deadlines.push_back(window.last);
      }
      if (!enough_takes(take_calls_, std::move(deadlines))) return false;
    }
    return true;
  }

  // (b): true if that tells anything new.
  bool must_have_left(const std::vector<Window>& between, std::vector<Window>* windows) const {
    std::vector<uint32_t> by_first(items_.size());
    std::iota(by_first.begin(), by_first.end(), 0);
    std::sort(by_first.begin(), by_first.end(), [&](uint32_t x, uint32_t y) {
      return std::pair(between[x].first, x) < std::pair(between[y].first, y);
    });
    std::vector<uint32_t> places(items_.size());
    for (uint32_t i = 0; i < by_first.size(); ++i) places[by_first[i]] = i;
    Greatest soonest(items_.size());  // kNoEnd - last, by the order of firsts
    bool changed = false;
    for (size_t i = items_.size(); i-- > 0;) {
      Window& window = (*windows)[i];
      if (items_[i].stay != nullptr) {
        const int64_t put_end = items_[i].stay->put_end;
        const auto later =
            std::upper_bound(by_first.begin(), by_first.end(), put_end,
                             [&](int64_t at, uint32_t j) { return at < between[j].first; });
        const auto best = soonest.of(static_cast<uint32_t>(later - by_first.begin()),
                                     static_cast<uint32_t>(by_first.size()));
        const int64_t last = best.number < 0 ? kNoEnd : kNoEnd - best.number;
        changed = changed || last < window.last;
        window.last = std::min(window.last, last);
      }
      const int64_t last = std::min(between[i].last, window.last);
      if (must_be_taken(i, window)) soonest.set(places[i], kNoEnd - last);
    }
    return changed;
  }

  // Takes values as soon as can be, and lazy ones as late. The number of items, or that of one
  // without a moment.
  size_t take_all(const std::vector<Window>& windows) {
    Covered covered;
    times_.assign(items_.size(), kNoEnd);
    for (size_t i = 0; i < items_.size(); ++i) {
      const Item& item = items_[i];
      const Window& window = windows[i];
      const bool any = item.stay == nullptr || !problem_.has(LinearDefect::kForgetsSmaller);
      int64_t at = any ? covered.first_free(window.first) : window.first;
      if (item.lazy && window.last == kNoEnd) at = kNoEnd;
      if (item.lazy && window.last != kNoEnd) at = covered.last_free(window.last);
      if (at < window.first || at > window.last) return i;
      times_[i] = at;
      if (item.stay != nullptr) covered.add(item.stay->put_end, at);
    }
    return enough_takes(take_calls_, lazy_times()) ? items_.size() : too_soon(windows);
  }

  // Gives each take of unknown outcome, from the first one called, to the value that must leave
  // first; what may stay comes last, by the ends of the puts. True if that makes an order.
  bool take_soon(std::vector<Window> windows) {
    std::vector<uint32_t> lazy;
    for (uint32_t i = 0; i < items_.size(); ++i) {
      if (items_[i].lazy) lazy.push_back(i);
    }
    std::sort(lazy.begin(), lazy.end(), [&](uint32_t x, uint32_t y) {
      return std::tuple(windows[x].last, items_[x].stay->put_end, x) <
             std::tuple(windows[y].last, items_[y].stay->put_end, y);
    });
    for (size_t k = 0; k < lazy.size(); ++k) {
      int64_t& first = windows[lazy[k]].first;
      first = k < take_calls_.size() ? std::max(first, take_calls_[k]) : kNoEnd;
    }
    Covered covered;
    std::vector<Window> between(items_.size());
    if (!earliest(windows, items_.size(), &covered, &between)) return false;
    for (size_t i = 0; i < items_.size(); ++i) times_[i] = between[i].first;
    return true;
  }

  std::vector<int64_t> lazy_times() const {
    std::vector<int64_t> times;
    for (size_t i = 0; i < items_.size(); ++i) {
      if (items_[i].lazy && times_[i] != kNoEnd) times.push_back(times_[i]);
    }
    return times;
  }

  // A lazy value that leaves before it must.
  size_t too_soon(const std::vector<Window>& windows) const {
    for (size_t i = 0; i < items_.size(); ++i) {
      if (items_[i].lazy && times_[i] < windows[i].last) return i;
    }
    return items_.size();
  }

  // The moments at which the item may be taken, by (a).
  std::vector<int64_t> moments_of(const std::vector<Window>& windows, size_t i) {
    Covered covered;
    if (!earliest(windows, i, &covered, nullptr)) return {};
    std::vector<int64_t> moments{windows[i].first, windows[i].last};
    for (const LinearPiece& piece : problem_.pieces) {
      for (const int64_t at : {piece.call, piece.end}) {
        if (at > windows[i].first && at < windows[i].last) moments.push_back(at);
      }
    }
    std::erase_if(moments, [&](int64_t at) { return covered.first_free(at) != at; });
    std::sort(moments.begin(), moments.end());
    moments.erase(std::unique(moments.begin(), moments.end()), moments.end());
    return moments;
  }

  MethodResult order() {
    using enum Moments::Phase;
    Moments moments;
    std::vector<std::pair<int64_t, size_t>> leaving;  // with a take of unknown outcome
    for (size_t i = 0; i < items_.size(); ++i) {
      if (items_[i].lazy && times_[i] != kNoEnd) leaving.emplace_back(times_[i], i);
    }
    std::sort(leaving.begin(), leaving.end());
    for (size_t i = 0; i < leaving.size(); ++i) {
      items_[leaving[i].second].take = stays_.unknown_takes()[i];
    }
    for (size_t i = 0; i < items_.size(); ++i) {
      const Item& item = items_[i];
      const auto rank = static_cast<int64_t>(i);
      const bool stays = item.stay != nullptr && item.stay->put_end < times_[i];
      if (stays) {
        moments.add(item.stay->put_end, kEnter, rank, item.stay->put);
      } else if (item.stay != nullptr) {
        moments.add(times_[i], kPass, rank, item.stay->put);
      }
      if (times_[i] == kNoEnd) continue;
      moments.add(times_[i], stays ? kLeave : kPass, rank, item.take);
    }
    return moments.order();
  }

  const LinearProblem& problem_;
  const Stays& stays_;
  std::vector<int64_t> take_calls_;  // of unknown outcome
  std::vector<Item> items_;          // values, the smallest first, then takes that found nothing
  std::vector<Window> windows_;
  std::vector<int64_t> times_;
  size_t rounds_ = 0;
  bool gave_up_ = false;
};

MethodResult decide_priority_queue(const LinearProblem& problem) {
  Stays stays;
  if (!stays.collect(problem)) return {};
  if (stays.contradictory()) return {.status = MethodStatus::kIllegal};
  return PriorityQueue(problem, stays).decide();
}

}  // namespace

const LinearMethod& priority_queue_method() {
  static const LinearMethod method{.name = "least-first", .decide = decide_priority_queue};
  return method;
}

}  // namespace seedbed

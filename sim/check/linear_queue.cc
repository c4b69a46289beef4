// Queues, by the patterns that no order can have (Henzinger, Sezgin and Vafeiadis, CONCUR 2013;
// Bouajjani, Emmi, Enea and Hamza, ICALP 2015).
//
// Let every value be put by one operation. Then:
//   (1) nothing is taken that was not put, nothing twice, and nothing before it was put;
//   (2) a take that found nothing was not covered: let the first value have been put before it
//       began and each next value before the one before it was taken, up to one that was taken
//       after it ended or never; then, at each moment of it, something was there;
//   (3) no value was put before another that was taken before it. A value that was never taken is
//       one that is taken after everything.
// Without (1) to (3) there is an order, which is built here; the proof is its construction.
//
// A take that found nothing goes to the earliest moment, not before its call, at which no value
// certainly was there: none with end(put) < t < call(take). Without (2) it is before its end. These
// moments are cuts: each value is put and taken between two of them, in the first such piece of
// time that lies not before its last call. Say that a comes before b if the put of a precedes that
// of b, or the take of a that of b. If that had circles, a shortest one would alternate between
// puts and takes; but of two pairs of intervals, a before b and c before d, also a precedes d or c
// precedes b, so there would be a circle of two, which is (3). So values can be sorted; puts and
// takes in that order, each as early as it can be, are the order.
//
// Puts of unknown outcome are left out unless the value was taken. A take of unknown outcome may
// have taken one of the values that nobody is known to have taken. Let there be s(t) of these that
// were put before t, and k(t) such takes called not after t. Something may be found empty at t only
// if s(t) <= k(t), and a value whose put was called at t may be taken by t' only if s(t) <= k(t').
// Give the take that was called first to the value that was put first, by the ends of the puts, and
// so on. Then (2) sees the moments at which s(t) > k(t), and no others, as those at which one of
// these values certainly was there, and (3) for a pair with one of them is s(t) > k(t'). So with
// these takes given, (1) to (3) still decide.
#include <algorithm>
#include <queue>
#include <utility>

#include "sim/check/linear_method.h"
#include "sim/check/linear_stays.h"

namespace seedbed {
namespace {

struct Cut {
  int64_t at;
  uint32_t take;  // that found nothing
};

class Queue {
 public:
  explicit Queue(const LinearProblem& problem) : problem_(problem) {}

  MethodResult decide() {
    if (!stays_.collect(problem_)) return {};
    if (stays_.contradictory()) return illegal();
    give_unknown_takes();
    return cut() && !has_inversion() ? build() : illegal();
  }

 private:
  static MethodResult illegal() { return {.status = MethodStatus::kIllegal}; }
  bool has(LinearDefect defect) const { return problem_.has(defect); }

  void give_unknown_takes() {
    const std::vector<uint32_t>& takes = stays_.unknown_takes();
    std::vector<Stay*> stuck;
    for (Stay& stay : stays_.values()) {
      if (!stay.taken()) stuck.push_back(&stay);
    }
    std::stable_sort(stuck.begin(), stuck.end(),
                     [](const Stay* a, const Stay* b) { return a->put_end < b->put_end; });
    for (size_t i = 0; i < std::min(stuck.size(), takes.size()); ++i) {
      stuck[i]->take = takes[i];
      stuck[i]->take_call = problem_.pieces[takes[i]].call;
    }
  }

  // Finds the moments of the takes that found nothing. False: for one there is none.
  bool cut() {
    std::vector<std::pair<int64_t, int64_t>> surely;  // when a value surely was there
    for (const Stay& stay : stays_.values()) {
      if (stay.surely_there()) surely.emplace_back(stay.put_end, stay.take_call);
    }
    std::sort(surely.begin(), surely.end());
    size_t next = 0;
    int64_t until = -1;
    for (const uint32_t take : stays_.empties()) {  // in the order of calls
      const LinearPiece& piece = problem_.pieces[take];
      int64_t at = piece.call;
      while (next < surely.size() && surely[next].first < std::max(at, until)) {
        until = std::max(until, surely[next++].second);
      }
      at = std::max(at, until);
      if (has(LinearDefect::kForgetsEmpty)) at = piece.call;
      if (at > piece.end) return false;  // (2)
      cuts_.push_back({at, take});
    }
    return true;
  }

  // (3): among the values whose put precedes that of b, the one that is taken last.
  bool has_inversion() const {
    if (has(LinearDefect::kForgetsInversion)) return false;
    std::vector<const Stay*> by_end, by_call;
    for (const Stay& stay : stays_.values()) {
      const bool stuck = !stay.taken() && has(LinearDefect::kForgetsStuck);
      if (!stuck) by_end.push_back(&stay);
    }
    by_call = by_end;
    std::sort(by_end.begin(), by_end.end(),
              [](const Stay* a, const Stay* b) { return a->put_end < b->put_end; });
    std::sort(by_call.begin(), by_call.end(),
              [](const Stay* a, const Stay* b) { return a->put_call < b->put_call; });
    size_t next = 0;
    int64_t last_take = -1;
    for (const Stay* stay : by_call) {
      while (next < by_end.size() && by_end[next]->put_end < stay->put_call) {
        last_take = std::max(last_take, by_end[next++]->take_call);
      }
      if (stay->take_end < last_take) return true;
    }
    return false;
  }

  // Sorts the values of each piece of time, and weaves their puts and takes.
  MethodResult build() {
    std::vector<std::vector<Stay>> times(cuts_.size() + 1);
    for (const Stay& stay : stays_.values()) {
      const int64_t last_call = std::max(stay.put_call, stay.take_call);
      const auto cut = std::lower_bound(cuts_.begin(), cuts_.end(), last_call,
                                        [](const Cut& a, int64_t at) { return a.at < at; });
      times[static_cast<size_t>(cut - cuts_.begin())].push_back(stay);
    }
    MethodResult result{.status = MethodStatus::kLinearizable};
    for (size_t i = 0; i < times.size(); ++i) {
      const int64_t from = i == 0 ? -1 : cuts_[i - 1].at;
      const int64_t to = i < cuts_.size() ? cuts_[i].at : kNoEnd;
      for (Stay& stay : times[i]) clip(&stay, from, to);
      if (!weave(sorted(times[i]), &result.order)) return {};
      if (i < cuts_.size()) result.order.push_back(cuts_[i].take);
    }
    return result;
  }

  static void clip(Stay* stay, int64_t from, int64_t to) {
    stay->put_call = std::max(stay->put_call, from);
    stay->put_end = std::min(stay->put_end, to);
    stay->take_call = std::max(stay->take_call, from);
    stay->take_end = std::min(stay->take_end, to);
  }

  // Takes, again and again, a value before which no other one comes: whose put was called before
  // the first end of a put among the rest, and its take likewise.
  static std::vector<const Stay*> sorted(const std::vector<Stay>& stays) {
    std::vector<uint32_t> by_put_end(stays.size());
    for (uint32_t i = 0; i < stays.size(); ++i) by_put_end[i] = i;
    std::vector<uint32_t> by_take_end = by_put_end, by_put_call = by_put_end;
    auto sort_by = [&](std::vector<uint32_t>* order, int64_t Stay::*key) {
      std::sort(order->begin(), order->end(), [&](uint32_t a, uint32_t b) {
        return std::pair(stays[a].*key, a) < std::pair(stays[b].*key, b);
      });
    };
    sort_by(&by_put_end, &Stay::put_end);
    sort_by(&by_take_end, &Stay::take_end);
    sort_by(&by_put_call, &Stay::put_call);
    using Waiting = std::pair<int64_t, uint32_t>;
    std::priority_queue<Waiting, std::vector<Waiting>, std::greater<>> waiting;  // for their takes
    std::vector<bool> gone(stays.size());
    std::vector<const Stay*> order;
    size_t put_end = 0, take_end = 0, put_call = 0;
    while (order.size() < stays.size()) {
      while (gone[by_put_end[put_end]]) ++put_end;
      while (gone[by_take_end[take_end]]) ++take_end;
      const int64_t first_put_end = stays[by_put_end[put_end]].put_end;
      const int64_t first_take_end = stays[by_take_end[take_end]].take_end;
      while (put_call < stays.size() && stays[by_put_call[put_call]].put_call <= first_put_end) {
        const uint32_t i = by_put_call[put_call++];
        waiting.emplace(stays[i].take_call, i);
      }
      if (waiting.empty() || waiting.top().first > first_take_end) return {};
      gone[waiting.top().second] = true;
      order.push_back(&stays[waiting.top().second]);
      waiting.pop();
    }
    return order;
  }

  // Puts and takes in the order of the values, each as early as it can be. False if one is too
  // late.
  bool weave(const std::vector<const Stay*>& stays, std::vector<uint32_t>* order) const {
    int64_t put_at = -1, take_at = -1;
    size_t taken = 0;
    std::vector<int64_t> take_times;
    std::vector<int64_t> put_times;
    for (const Stay* stay : stays) {
      put_at = std::max(put_at, stay->put_call);
      take_at = std::max({take_at, stay->take_call, put_at});
      if (put_at > stay->put_end || take_at > stay->take_end) return false;
      put_times.push_back(put_at);
      take_times.push_back(take_at);
    }
    size_t put = 0;
    while (put < stays.size() || (taken < stays.size() && stays[taken]->taken())) {
      const bool puts = put < stays.size() && put_times[put] <= take_times[taken];
      order->push_back(puts ? stays[put++]->put : stays[taken++]->take);
    }
    return true;
  }

  const LinearProblem& problem_;
  Stays stays_;
  std::vector<Cut> cuts_;
};

MethodResult decide_queue(const LinearProblem& problem) { return Queue(problem).decide(); }

}  // namespace

const LinearMethod& queue_method() {
  static const LinearMethod method{.name = "bad-patterns", .decide = decide_queue};
  return method;
}

}  // namespace seedbed

// Queues, and what holds of stacks and priority queues as well, by the patterns that no order can
// have (Henzinger, Sezgin and Vafeiadis, CONCUR 2013; Bouajjani, Emmi, Enea and Hamza, ICALP 2015).
//
// Let every value be put by one operation. Then, whatever the order in which values leave:
//   (1) nothing is taken that was not put, nothing twice, and nothing before it was put;
//   (2) a take that found nothing was not covered: let the first value have been put before it
//       began and each next value before the one before it was taken, up to one that was taken
//       after it ended or never; then, at each moment of it, something was there.
// And for queues:
//   (3) no value was put before another that was taken before it. A value that was never taken is
//       one that is taken after everything.
// Without (1) to (3) a queue has an order, which is built here; the proof is its construction.
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
// have taken one value. Some values must have been: those that nobody is known to have taken, and
// that were put before a take that found nothing began, or, in a queue, before another value was
// put that left. They were taken before the end of that take. If there are fewer unknown takes that
// were called by some moment than values that must have left by then, there is no order; else each
// such value is given one. If that makes no order, another way to give them may, and nothing is
// said.
#include <algorithm>
#include <optional>
#include <queue>
#include <utility>

#include "sim/check/index_table.h"
#include "sim/check/linear_method.h"
#include "sim/core/hash.h"

namespace seedbed {
namespace {

constexpr uint32_t kNone = ~0u;

// A value, with the operation that put it and the one that took it.
struct Stay {
  std::string_view text;
  uint32_t put = kNone, take = kNone;
  int64_t put_call = 0, put_end = 0;
  int64_t take_call = kNoEnd, take_end = kNoEnd;
  size_t piece_of_time = 0;
  bool in = false;
};

struct Cut {
  int64_t at;
  uint32_t take;  // that found nothing
};

bool puts(const Exchange& exchange) {
  return exchange.is(kEnqueue) || exchange.is(kPush) || exchange.is(kInsert);
}

class Stays {
 public:
  explicit Stays(const LinearProblem& problem) : problem_(problem) {}

  MethodResult decide(bool in_order) {
    if (!collect()) return {};
    if (illegal_ || !give_unknown_takes(in_order)) return illegal();
    const MethodResult no_order = unknown_takes_.empty() ? illegal() : MethodResult{};
    if (!cut()) return no_order;
    if (!in_order) return {};
    return has_inversion() ? no_order : build();
  }

 private:
  static MethodResult illegal() { return {.status = MethodStatus::kIllegal}; }
  bool has(LinearDefect defect) const { return problem_.has(defect); }

  Stay& stay_of(std::string_view text) {
    const auto [number, fresh] =
        numbers_.find_or_insert(hash_bytes(text), static_cast<uint32_t>(stays_.size()),
                                [&](uint32_t i) { return stays_[i].text == text; });
    if (fresh) stays_.push_back({.text = text});
    return stays_[number];
  }

  // False if values are not unique, so that nothing can be said.
  bool collect() {
    for (uint32_t i = 0; i < problem_.pieces.size(); ++i) {
      if (!collect(i)) return false;
    }
    for (Stay& stay : stays_) {
      if (stay.put == kNone) {
        illegal_ = true;  // (1): it was taken, and nobody put it
        continue;
      }
      stay.in = stay.take != kNone || problem_.pieces[stay.put].required;
      illegal_ = illegal_ || stay.take_end < stay.put_call;
    }
    return true;
  }

  bool collect(uint32_t i) {
    const LinearPiece& piece = problem_.pieces[i];
    if (puts(piece.exchange)) {
      Stay& stay = stay_of(piece.exchange.operation().argument);
      if (stay.put != kNone) return false;
      stay.put = i;
      stay.put_call = piece.call;
      stay.put_end = piece.end;
    } else if (!piece.required) {
      unknown_takes_.push_back(i);
    } else if (!piece.exchange.response()->output) {
      empties_.push_back(i);
    } else {
      Stay& stay = stay_of(*piece.exchange.response()->output);
      illegal_ = illegal_ || (stay.take != kNone && !has(LinearDefect::kForgetsTwice));  // (1)
      stay.take = i;
      stay.take_call = piece.call;
      stay.take_end = piece.end;
    }
    return true;
  }

  // By when values that were put before a moment must have left: pairs of both, and from each pair
  // on the least of the second.
  std::vector<std::pair<int64_t, int64_t>> deadlines(bool in_order) const {
    std::vector<std::pair<int64_t, int64_t>> pairs;
    for (const uint32_t take : empties_) {
      pairs.emplace_back(problem_.pieces[take].call, problem_.pieces[take].end);
    }
    for (const Stay& stay : stays_) {
      if (in_order && stay.take != kNone) pairs.emplace_back(stay.put_call, stay.take_end);
    }
    std::sort(pairs.begin(), pairs.end());
    for (size_t i = pairs.size(); i-- > 1;) {
      pairs[i - 1].second = std::min(pairs[i - 1].second, pairs[i].second);
    }
    return pairs;
  }

  // False if there are too few of them.
  bool give_unknown_takes(bool in_order) {
    if (unknown_takes_.empty()) return true;
    const std::vector<std::pair<int64_t, int64_t>> pairs = deadlines(in_order);
    std::vector<std::pair<int64_t, Stay*>> leaving;
    for (Stay& stay : stays_) {
      if (!stay.in || stay.take != kNone) continue;
      const auto pair =
          std::upper_bound(pairs.begin(), pairs.end(), std::pair(stay.put_end, kNoEnd));
      if (pair != pairs.end()) leaving.emplace_back(pair->second, &stay);
    }
    std::sort(leaving.begin(), leaving.end(), [](const auto& a, const auto& b) {
      return std::pair(a.first, a.second->put_end) < std::pair(b.first, b.second->put_end);
    });
    for (size_t i = 0; i < leaving.size(); ++i) {
      const auto [deadline, stay] = leaving[i];
      if (i == unknown_takes_.size()) return false;
      const LinearPiece& take = problem_.pieces[unknown_takes_[i]];
      if (take.call > deadline) return false;
      stay->take = unknown_takes_[i];
      stay->take_call = take.call;
    }
    return true;
  }

  // Finds the moments of the takes that found nothing. False: for one there is none.
  bool cut() {
    std::vector<std::pair<int64_t, int64_t>> surely;  // when a value surely was there
    for (const Stay& stay : stays_) {
      if (stay.in && stay.put_end < stay.take_call) {
        surely.emplace_back(stay.put_end, stay.take_call);
      }
    }
    std::sort(surely.begin(), surely.end());
    size_t next = 0;
    int64_t until = -1;
    for (const uint32_t take : empties_) {  // in the order of calls
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
    for (const Stay& stay : stays_) {
      const bool stuck = stay.take == kNone && has(LinearDefect::kForgetsStuck);
      if (stay.in && !stuck) by_end.push_back(&stay);
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
    for (Stay& stay : stays_) {
      if (!stay.in) continue;
      const int64_t last_call =
          stay.take == kNone ? kNoEnd : std::max(stay.put_call, stay.take_call);
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
    while (put < stays.size() || (taken < stays.size() && stays[taken]->take != kNone)) {
      const bool puts = put < stays.size() && put_times[put] <= take_times[taken];
      order->push_back(puts ? stays[put++]->put : stays[taken++]->take);
    }
    return true;
  }

  const LinearProblem& problem_;
  IndexTable numbers_;
  std::vector<Stay> stays_;
  std::vector<uint32_t> empties_;
  std::vector<Cut> cuts_;
  std::vector<uint32_t> unknown_takes_;  // in the order of calls
  bool illegal_ = false;
};

MethodResult decide_queue(const LinearProblem& problem) { return Stays(problem).decide(true); }
MethodResult decide_pool(const LinearProblem& problem) { return Stays(problem).decide(false); }

}  // namespace

const LinearMethod& queue_method() {
  static const LinearMethod method{.name = "bad-patterns", .decide = decide_queue};
  return method;
}

const LinearMethod& pool_method() {
  static const LinearMethod method{.name = "bad-patterns", .decide = decide_pool};
  return method;
}

}  // namespace seedbed

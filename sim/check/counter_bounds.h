// Counter bounds: does a counter show no less than what was surely added, and no more than what may
// have been added?
//
//   CounterReadBounds reads("reads-in-bounds");        // linearizable counters: every read
//   CounterFinalBounds final("nothing-lost", {.settle = 2s});   // also eventually consistent ones
//
// Decrements are additions of negative amounts. An operation that failed adds nothing; one of
// unknown outcome, or still running, may add its amount or nothing.
//
// What a read must lie between:
//   at least  what had surely been added before the read began (ok and returned by then), and all
//             negative amounts that may have been added before the read returned
//   at most   the same with "positive" for "negative"
// An addition that certainly precedes the read is in both sums; one that is possible only widens
// the interval. These bounds are necessary for linearizability, not sufficient: two reads may each
// be in bounds and yet contradict each other (1, later 0, with one increment in flight). They are
// necessary and cheap, and right for counters that promise no more; LinearizabilityChecker with
// counter_model() judges histories as a whole. With amounts of one, every number between the bounds
// is a possible sum; with larger ones there may be gaps that these checks do not see.
#pragma once

#include <string>
#include <vector>

#include "sim/check/history_checker.h"
#include "sim/history/history.h"

namespace seedbed {

// Every ok read of each counter lies within its bounds. Evaluates ok reads.
class CounterReadBounds : public HistoryChecker {
 public:
  using HistoryChecker::HistoryChecker;

 private:
  void judge(const History& history) override;
};

struct CounterFinalOptions {
  // How long after healing, and after the last return of an addition, a counter may lag behind:
  // reads that begin earlier are not judged.
  Duration settle{0};
};

// After convergence no increment is lost and none counted twice: each ok read that began after
// `heal` and after all additions to its counter, by more than options.settle, is at least the sum
// of the ok additions and the negative unknown ones, and at most the sum of the ok and the positive
// unknown ones. Evaluates those reads; a run without any is inconclusive.
class CounterFinalBounds : public Checker {
 public:
  explicit CounterFinalBounds(std::string name, const CounterFinalOptions& options = {})
      : Checker(std::move(name)), options_(options) {}
  EventKinds interests() const override {
    return EventKinds(EventKind::kInvoke, EventKind::kReturn, EventKind::kHeal);
  }
  void on_event(const TraceEvent& event) override;
  void finish() override;

 private:
  CounterFinalOptions options_;
  HistoryBuilder builder_;
  bool healed_ = false;
  Time healed_at_{};
};

}  // namespace seedbed

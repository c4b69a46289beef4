// HistoryChecker: a check that is a function of the whole history, once it is known.
//
//   class NobodyReadsNine final : public HistoryChecker {
//     using HistoryChecker::HistoryChecker;
//     void judge(const History& history) override { ... conclude(...); }
//   };
#pragma once

#include "sim/check/checker.h"
#include "sim/history/history.h"

namespace seedbed {

class HistoryChecker : public Checker {
 public:
  using Checker::Checker;

  EventKinds interests() const final { return builder_.interests(); }
  void on_event(const TraceEvent& event) final { builder_.on_event(event); }
  void finish() final { judge(builder_.take()); }

 private:
  // Called once, at the end.
  virtual void judge(const History& history) = 0;

  HistoryBuilder builder_;
};

}  // namespace seedbed

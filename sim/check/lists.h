// Lists: what each list tells by itself, when transactions append to lists and read them (the
// workload of Elle: Kingsbury and Alvaro, VLDB 2020).
//
//   ListsChecker checker("Lists");
//
// Of each list, if every element is appended only once in the run:
//   - of two reads, one found a prefix of what the other found: there is one order of appends;
//   - no element stands in it twice, none that nobody appended, none of a transaction that failed;
//   - what was acknowledged, or found, before a read began is in what it found;
//   - a transaction finds what it has appended itself, at the end.
// Nothing is said of several lists at once: that is for checks of isolation.
#pragma once

#include "sim/check/checker.h"
#include "sim/history/history.h"

namespace seedbed {

class ListsChecker final : public Checker {
 public:
  explicit ListsChecker(std::string name) : Checker(std::move(name)) {}

  EventKinds interests() const override {
    return EventKinds(EventKind::kInvoke, EventKind::kReturn);
  }
  void on_event(const TraceEvent& event) override { builder_.on_event(event); }
  // Evaluates the reads.
  void finish() override;

 private:
  HistoryBuilder builder_;
};

}  // namespace seedbed

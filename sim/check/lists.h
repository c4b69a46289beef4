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

#include "sim/check/history_checker.h"
#include "sim/history/history.h"

namespace seedbed {

// Evaluates the reads.
class ListsChecker final : public HistoryChecker {
 public:
  using HistoryChecker::HistoryChecker;

 private:
  void judge(const History& history) override;
};

}  // namespace seedbed

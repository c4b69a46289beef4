// Serializability: whether transactions that append to lists or write registers, and read them,
// happened as if one after the other, and those that did not overlap, in the order in which they
// were seen to.
//
//   SerializabilityChecker checker("StrictSerializable");
//
// The method is Elle's (Kingsbury, Alvaro: "Elle: Inferring Isolation Anomalies from Experimental
// Observations", VLDB 2020): what was read tells which transaction came before which
// (sim/check/dependency_graph.h), and a circle of these contradicts every order. It is named as
// Elle names it:
//
//   G0         of what overwrites alone
//   G1c        of what overwrites and reads
//   G-single   one of them did not find what the next wrote: read skew; or somebody did not, in
//              whatever order registers were written
//   G2         several did not: write skew
//   -realtime  behind the name: the order of time was needed, too
//
// A list that was read tells in which order its elements were appended. Of a list whose reads do
// not agree on an order nothing is inferred; that is for ListsChecker. What registers tell, is in
// sim/check/register_order.h, and reads of theirs that are wrong whatever the order, are found
// here, too.
//
// Who finds no circle has not proved that there is an order: that of elements that nobody read, and
// of some of the writes to registers, is not known.
//
// A pure function of the history; without registers, in time linear in its size.
#pragma once

#include <string>
#include <vector>

#include "sim/check/history_checker.h"
#include "sim/history/history.h"

namespace seedbed {

// Evaluates transactions.
class SerializabilityChecker final : public HistoryChecker {
 public:
  using HistoryChecker::HistoryChecker;

 private:
  void judge(const History& history) override;
  void contradict(std::string sentence, std::vector<Fact> facts);
};

}  // namespace seedbed

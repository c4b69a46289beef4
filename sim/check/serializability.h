// Serializability: whether transactions that append to lists and read them happened as if one after
// the other, and those that did not overlap, in the order in which they were seen to.
//
//   SerializabilityChecker checker("StrictSerializable");
//
// The method is Elle's (Kingsbury, Alvaro: "Elle: Inferring Isolation Anomalies from Experimental
// Observations", VLDB 2020): a list that was read tells in which order its elements were appended,
// so that it is known which transaction came before which (Adya, Liskov, O'Neil: "Generalized
// Isolation Level Definitions", ICDE 2000):
//
//   ww  appended just before the other did
//   wr  appended the last element that the other found
//   rw  found the list as it was just before the other appended
//   rt  had returned before the other began
//
// A circle of these contradicts every order. Who finds none has not proved that there is one: the
// order of elements that nobody read is not known. Of a list whose reads do not agree on an order
// nothing is inferred; that is for ListsChecker.
//
// A pure function of the history, in time linear in its size.
#pragma once

#include <optional>
#include <vector>

#include "sim/check/history_checker.h"
#include "sim/history/history.h"

namespace seedbed {

// Transactions of which each came before the next, and the last before the first.
struct Circle {
  std::vector<const Entry*> entries;  // of the history
};
// The circle is one of the shortest through one of its transactions.
std::optional<Circle> find_circle(const History& history);

// Evaluates transactions.
class SerializabilityChecker final : public HistoryChecker {
 public:
  using HistoryChecker::HistoryChecker;

 private:
  void judge(const History& history) override;
};

}  // namespace seedbed

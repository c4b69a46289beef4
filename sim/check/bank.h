// Bank: what clients see of accounts between which amounts are transferred (the workload "bank").
//
//   ConservationChecker total("Conservation");
//   NoNegativeChecker floor("NoNegative");
//
// They are functions of the history alone, whatever store is behind it.
#pragma once

#include "sim/check/history_checker.h"
#include "sim/history/history.h"

namespace seedbed {

// The first read of all accounts that found more or less in them together than there was at first:
// kOpeningBalance in each. nullptr if there is none.
const Entry* unconserved(const History& history);
// The first read that found an account with less than nothing in it.
const Entry* overdrawn(const History& history);

// All accounts together hold the same, whenever somebody looks at all of them. Evaluates reads.
class ConservationChecker final : public HistoryChecker {
 public:
  using HistoryChecker::HistoryChecker;

 private:
  void judge(const History& history) override;
};

// Nobody has less than nothing. Evaluates accounts that were read.
class NoNegativeChecker final : public HistoryChecker {
 public:
  using HistoryChecker::HistoryChecker;

 private:
  void judge(const History& history) override;
};

}  // namespace seedbed

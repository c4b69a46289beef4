// Bank: what clients see of accounts between which amounts are transferred, and from which machines
// pay (the workload "bank").
//
//   ConservationChecker total("Conservation");
//   NoNegativeChecker floor("NoNegative");
//   PaidOnceChecker paid("PaidOnce");
//
// They are functions of the history alone, whatever store is behind it.
#pragma once

#include "sim/check/history_checker.h"
#include "sim/history/history.h"

namespace seedbed {

// All accounts together hold the same, whenever somebody looks at all of them. Evaluates reads of
// accounts from which nobody withdraws, and among which all stays that is transferred.
class ConservationChecker final : public HistoryChecker {
 public:
  using HistoryChecker::HistoryChecker;

 private:
  void judge(const History& history) override;
};

// No account that stands for itself holds less than nothing. Evaluates accounts that were read.
class NoNegativeChecker final : public HistoryChecker {
 public:
  using HistoryChecker::HistoryChecker;

 private:
  void judge(const History& history) override;
};

// Accounts that back each other hold no less than nothing together. Evaluates reads of all of them.
class BackingChecker final : public HistoryChecker {
 public:
  using HistoryChecker::HistoryChecker;

 private:
  void judge(const History& history) override;
};

// What machines have paid has left the account, once: a read finds what the account held at first,
// less what was surely withdrawn before the read began, less some of what may have been withdrawn
// before it ended. So it asks for fresh reads. Evaluates accounts that were read and take part in
// no transfer.
class PaidOnceChecker final : public HistoryChecker {
 public:
  using HistoryChecker::HistoryChecker;

 private:
  void judge(const History& history) override;
};

}  // namespace seedbed

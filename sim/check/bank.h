// Bank: what clients see of accounts between which amounts are transferred (the workload "bank").
//
//   ConservationChecker total("Conservation");
//   NoNegativeChecker floor("NoNegative");
//
// They are functions of the history alone, whatever store is behind it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sim/check/checker.h"
#include "sim/history/history.h"

namespace seedbed {

// The first read of all accounts that found more or less in them together than there was at first:
// kOpeningBalance in each. nullptr if there is none.
const Entry* unconserved(const History& history);
// The first read that found an account with less than nothing in it.
const Entry* overdrawn(const History& history);

// All accounts together hold the same, whenever somebody looks at all of them. Evaluates reads.
class ConservationChecker final : public Checker {
 public:
  explicit ConservationChecker(std::string name) : Checker(std::move(name)) {}

  EventKinds interests() const override {
    return EventKinds(EventKind::kInvoke, EventKind::kReturn);
  }
  void on_event(const TraceEvent& event) override { builder_.on_event(event); }
  void finish() override;

 private:
  HistoryBuilder builder_;
};

// Nobody has less than nothing. Evaluates accounts that were read.
class NoNegativeChecker final : public Checker {
 public:
  explicit NoNegativeChecker(std::string name) : Checker(std::move(name)) {}

  EventKinds interests() const override {
    return EventKinds(EventKind::kInvoke, EventKind::kReturn);
  }
  void on_event(const TraceEvent& event) override { builder_.on_event(event); }
  void finish() override;

 private:
  HistoryBuilder builder_;
};

}  // namespace seedbed

#include "sim/check/progress.h"

#include <gtest/gtest.h>

#include "sim/history/operation.h"

namespace seedbed {
namespace {

constexpr NodeId kClient{4};

class ProgressTest : public ::testing::Test {
 protected:
  void at(Duration time, EventKind kind, uint64_t id = 0, Outcome outcome = Outcome::kOk) {
    checker.on_event({.index = EventIndex{++index},
                      .time = kStart + time,
                      .kind = kind,
                      .node = kind == EventKind::kHeal ? kWorld : kClient,
                      .id = id,
                      .value = kind == EventKind::kReturn ? static_cast<uint64_t>(outcome) : 0,
                      .name = "get"});
  }
  CheckStatus finish() {
    checker.finish();
    return checker.result().status;
  }
  ProgressChecker checker{"Progress", {kClient}, 10s};
  uint64_t index = 0;
};

TEST_F(ProgressTest, HoldsWhenAnOperationEndsOkInTime) {
  at(1s, EventKind::kHeal);
  at(2s, EventKind::kInvoke, 1);
  at(3s, EventKind::kReturn, 1);
  EXPECT_EQ(finish(), CheckStatus::kPass);
}

TEST_F(ProgressTest, FailsWhenNothingIsAnswered) {
  at(1s, EventKind::kHeal);
  at(2s, EventKind::kInvoke, 1);
  at(9s, EventKind::kReturn, 1, Outcome::kInfo);
  EXPECT_EQ(finish(), CheckStatus::kLiveness);
}

TEST_F(ProgressTest, FailsWhenTheAnswerComesTooLate) {
  at(1s, EventKind::kHeal);
  at(2s, EventKind::kInvoke, 1);
  at(12s, EventKind::kReturn, 1);
  EXPECT_EQ(finish(), CheckStatus::kLiveness);
}

TEST_F(ProgressTest, DoesNotCountWhatWasAskedBeforeHealing) {
  at(0s, EventKind::kInvoke, 1);
  at(1s, EventKind::kHeal);
  at(2s, EventKind::kReturn, 1);
  at(3s, EventKind::kInvoke, 2);
  EXPECT_EQ(finish(), CheckStatus::kLiveness);
}

TEST_F(ProgressTest, SaysNothingOfARunThatNeverHealed) {
  at(0s, EventKind::kInvoke, 1);
  EXPECT_EQ(finish(), CheckStatus::kInconclusive);
}

}  // namespace
}  // namespace seedbed

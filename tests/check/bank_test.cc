#include "sim/check/bank.h"

#include <gtest/gtest.h>

#include "tests/check/script.h"

namespace seedbed {
namespace {

// Reads of the accounts a and b, one after the other.
class Reads {
 public:
  Reads& found(int64_t a, int64_t b) {
    now_ += 10;
    script_.ok(
        1, Operation::read_all({"a", "b"}),
        Response::balances_are({{.account = "a", .amount = a}, {.account = "b", .amount = b}}),
        now_, now_ + 5);
    return *this;
  }
  Reads& unknown() {
    now_ += 10;
    script_.operation(1, Operation::read_all({"a", "b"}), Response::info("timeout"), now_,
                      now_ + 5);
    return *this;
  }
  Reads& transfer() {
    now_ += 10;
    script_.ok(1, Operation::transfer("a", "b", 5), Response::done(), now_, now_ + 5);
    return *this;
  }
  template <class T>
  CheckResult judged() {
    T checker("it");
    return script_.play(checker);
  }

 private:
  Script script_;
  int64_t now_ = 0;
};

TEST(Conservation, HoldsWhileTheSumIsThatOfTheBeginning) {
  Reads good;
  good.found(100, 100).transfer().found(95, 105).unknown();
  const CheckResult result = good.judged<ConservationChecker>();
  EXPECT_EQ(result.status, CheckStatus::kPass);
  EXPECT_EQ(result.evaluated, 2u);
}

TEST(Conservation, BreaksWhenMoneyIsLost) {
  Reads bad;
  bad.found(100, 100).found(95, 100);
  const CheckResult result = bad.judged<ConservationChecker>();
  EXPECT_EQ(result.status, CheckStatus::kViolation);
  EXPECT_EQ(result.message, "all accounts together hold 195, and once held 200");
  EXPECT_EQ(result.facts.size(), 1u);
}

TEST(Conservation, BreaksWhenAnAccountIsMissing) {
  Script script;
  script.ok(1, Operation::read_all({"a", "b"}),
            Response::balances_are({{.account = "a", .amount = 100}}), 10, 20);
  ConservationChecker checker("it");
  EXPECT_EQ(script.play(checker).status, CheckStatus::kViolation);
}

TEST(Conservation, SaysNothingIfNobodyLooked) {
  Reads none;
  none.transfer().unknown();
  EXPECT_EQ(none.judged<ConservationChecker>().status, CheckStatus::kInconclusive);
}

TEST(NoNegative, HoldsDownToNothing) {
  Reads good;
  good.found(0, 200);
  const CheckResult result = good.judged<NoNegativeChecker>();
  EXPECT_EQ(result.status, CheckStatus::kPass);
  EXPECT_EQ(result.evaluated, 2u);
}

TEST(NoNegative, BreaksBelowThat) {
  Reads bad;
  bad.found(0, 200).found(-1, 201);
  const CheckResult result = bad.judged<NoNegativeChecker>();
  EXPECT_EQ(result.status, CheckStatus::kViolation);
  EXPECT_EQ(result.message, "the account a holds -1");
}

}  // namespace
}  // namespace seedbed

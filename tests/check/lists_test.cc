#include "sim/check/lists.h"

#include <gtest/gtest.h>

#include "tests/check/script.h"

namespace seedbed {
namespace {

using Elements = std::vector<std::string>;

TransactionStep append(std::string key, std::string element) {
  return TransactionStep::append(std::move(key), std::move(element));
}
TransactionStep read(std::string key, std::optional<Elements> found) {
  TransactionStep step = TransactionStep::read_list(std::move(key));
  step.found_list = std::move(found);
  return step;
}

std::vector<TransactionStep> asked(std::vector<TransactionStep> steps) {
  for (TransactionStep& step : steps) step.found_list.reset();
  return steps;
}

// Transactions one after the other, each of a client of its own.
class Transactions {
 public:
  Transactions& ok(std::vector<TransactionStep> steps) {
    return ok_from(now_ + 1, std::move(steps));
  }
  // Began at that moment, and ends behind all that is there.
  Transactions& ok_from(int64_t from, std::vector<TransactionStep> steps) {
    return add(asked(steps), Response::transaction(steps), from);
  }
  Transactions& failed(std::vector<TransactionStep> steps) {
    return add(std::move(steps), Response::fail("too long"), now_ + 1);
  }
  Transactions& unknown(std::vector<TransactionStep> steps) {
    return add(std::move(steps), Response::info("timeout"), now_ + 1);
  }

  CheckResult judged() {
    ListsChecker checker("Lists");
    return script_.play(checker);
  }

 private:
  Transactions& add(std::vector<TransactionStep> steps, Response response, int64_t from) {
    now_ += 10;
    script_.operation(++client_, Operation::transaction(std::move(steps)), std::move(response),
                      from, now_);
    return *this;
  }

  Script script_;
  uint32_t client_ = 0;
  int64_t now_ = 0;
};

TEST(Lists, ThatGrowPass) {
  Transactions good;
  good.ok({read("x", std::nullopt), append("x", "1"), append("y", "2"), read("x", Elements{"1"})})
      .unknown({append("x", "3")})
      .unknown({append("x", "4")})
      .failed({append("x", "5")})
      .ok({append("x", "6")})
      .ok({read("x", Elements{"1", "4", "6"}), read("y", Elements{"2"})})
      .ok({append("x", "7"), read("x", Elements{"1", "4", "6", "7"})})
      .ok_from(35, {read("x", Elements{"1"})});  // began before most of it
  const CheckResult result = good.judged();
  EXPECT_EQ(result.status, CheckStatus::kPass) << result.message;
  EXPECT_EQ(result.evaluated, 6u);
}

void expect_wrong(Transactions& bad, std::string_view what) {
  const CheckResult result = bad.judged();
  EXPECT_EQ(result.status, CheckStatus::kViolation);
  EXPECT_EQ(result.message, what);
}

TEST(Lists, TwoOrdersAreNoticed) {
  Transactions bad;
  bad.unknown({append("x", "1"), append("x", "2")});
  bad.ok({read("x", Elements{"1"})}).ok_from(1, {read("x", Elements{"2", "1"})});
  expect_wrong(bad, "two reads of x do not agree on the order of its elements");
}

TEST(Lists, AnElementOfNobodyIsNoticed) {
  Transactions bad;
  bad.ok({append("y", "1")}).ok({read("x", Elements{"1"})});
  expect_wrong(bad, "x holds 1, which nobody had appended");
}

TEST(Lists, AnElementOfTheFutureIsNoticed) {
  Transactions bad;
  bad.ok({read("x", Elements{"1"})}).ok({append("x", "1")});
  expect_wrong(bad, "x holds 1, which nobody had appended");
}

TEST(Lists, AnElementOfAFailedTransactionIsNoticed) {
  Transactions bad;
  bad.failed({append("x", "1"), append("y", "2")}).ok({read("x", Elements{"1"})});
  expect_wrong(bad, "x holds 1, whose transaction failed");
}

TEST(Lists, AnElementThatStandsTwiceIsNoticed) {
  Transactions bad;
  bad.ok({append("x", "1")}).ok({read("x", Elements{"1", "1"})});
  expect_wrong(bad, "x holds 1 twice");
}

TEST(Lists, AnAcknowledgedElementThatIsMissingIsNoticed) {
  Transactions bad;
  bad.ok({append("x", "1")}).ok({read("x", std::nullopt)});
  expect_wrong(bad, "a read of x did not find what had been there before");
}

TEST(Lists, AReadOfThePastIsNoticed) {
  Transactions bad;
  bad.unknown({append("x", "1")}).ok({read("x", Elements{"1"})}).ok({read("x", std::nullopt)});
  expect_wrong(bad, "a read of x did not find what had been there before");
}

TEST(Lists, ATransactionThatDoesNotFindItsOwnAppendIsNoticed) {
  Transactions bad;
  bad.ok({append("x", "1"), read("x", Elements{})});
  expect_wrong(bad, "a transaction did not find what it had appended to x");
}

TEST(Lists, NothingThatWasReadIsNothingEvaluated) {
  Transactions none;
  none.ok({append("x", "1")});
  EXPECT_EQ(none.judged().status, CheckStatus::kInconclusive);
}

}  // namespace
}  // namespace seedbed

#include "sim/check/serializability.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include "tests/check/script.h"
#include "tests/random.h"

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

// Transactions, each of a client of its own; from and to in milliseconds.
class Transactions {
 public:
  Transactions& ok(int64_t from, int64_t to, const std::vector<TransactionStep>& steps) {
    std::vector<TransactionStep> asked = steps;
    for (TransactionStep& step : asked) step.found_list.reset();
    script_.ok(++client_, Operation::transaction(asked), Response::transaction(steps), from, to);
    return *this;
  }
  Transactions& unknown(int64_t from, int64_t to, std::vector<TransactionStep> steps) {
    script_.operation(++client_, Operation::transaction(std::move(steps)),
                      Response::info("timeout"), from, to);
    return *this;
  }
  CheckResult judged() {
    SerializabilityChecker checker("it");
    return script_.play(checker);
  }

 private:
  Script script_;
  uint32_t client_ = 0;
};

TEST(Serializability, HoldsOneAfterTheOther) {
  Transactions good;
  good.ok(0, 10, {append("x", "1"), append("y", "1")})
      .ok(20, 30, {read("x", Elements{"1"}), append("x", "2")})
      .unknown(40, 50, {append("y", "2")})
      .ok(60, 70, {read("x", Elements{"1", "2"}), read("y", Elements{"1"})})
      .ok(80, 90, {read("y", Elements{"1", "2"})});
  const CheckResult result = good.judged();
  EXPECT_EQ(result.status, CheckStatus::kPass) << result.message;
  EXPECT_EQ(result.evaluated, 4u);
}

TEST(Serializability, BreaksWhenHalfOfATransactionIsSeen) {
  Transactions bad;
  bad.ok(0, 100, {append("x", "1"), append("y", "1")})
      .ok(0, 100, {read("x", Elements{"1"}), read("y", std::nullopt)})
      .ok(200, 210, {read("y", Elements{"1"})});
  const CheckResult result = bad.judged();
  EXPECT_EQ(result.status, CheckStatus::kViolation);
  EXPECT_EQ(result.facts.size(), 2u);
}

// Each has read what the other has not written yet: write skew (G2).
TEST(Serializability, BreaksUnderWriteSkew) {
  Transactions bad;
  bad.ok(0, 100, {read("x", std::nullopt), append("y", "1")})
      .ok(0, 100, {read("y", std::nullopt), append("x", "1")})
      .ok(200, 210, {read("x", Elements{"1"}), read("y", Elements{"1"})});
  EXPECT_EQ(bad.judged().status, CheckStatus::kViolation);
}

TEST(Serializability, BreaksWhenTwoTransactionsSeeEachOther) {
  Transactions bad;
  bad.ok(0, 100, {append("x", "1"), read("y", Elements{"1"})})
      .ok(0, 100, {append("y", "1"), read("x", Elements{"1"})});
  EXPECT_EQ(bad.judged().status, CheckStatus::kViolation);
}

TEST(Serializability, BreaksWhenTheOrderIsNotThatOfTime) {
  Transactions stale;
  stale.ok(0, 10, {append("x", "1")})
      .ok(20, 30, {read("x", std::nullopt)})
      .ok(40, 50, {read("x", Elements{"1"})});
  EXPECT_EQ(stale.judged().status, CheckStatus::kViolation);
  Transactions concurrent;
  concurrent.ok(0, 25, {append("x", "1")})
      .ok(20, 30, {read("x", std::nullopt)})
      .ok(40, 50, {read("x", Elements{"1"})});
  EXPECT_EQ(concurrent.judged().status, CheckStatus::kPass);
}

TEST(Serializability, KnowsThatAnAcknowledgedElementComesBehindAllThatWereRead) {
  Transactions bad;
  bad.ok(0, 10, {append("x", "1")}).ok(20, 30, {read("x", std::nullopt)});
  EXPECT_EQ(bad.judged().status, CheckStatus::kViolation);
}

TEST(Serializability, LooksBehindWhatATransactionAppendedItself) {
  Transactions good;
  good.ok(0, 10,
          {append("x", "1"), read("x", Elements{"1"}), append("x", "2"),
           read("x", Elements{"1", "2"})})
      .ok(20, 30, {read("x", Elements{"1", "2"})});
  EXPECT_EQ(good.judged().status, CheckStatus::kPass);
}

// A store that does one transaction after the other, and answers late.
TEST(Serializability, AcceptsWhatASerialStoreDoes) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    Random random(seed);
    std::map<std::string, Elements> store;
    Transactions transactions;
    for (int i = 0; i < 60; ++i) {
      std::vector<TransactionStep> steps(1 + random.below(4));
      for (TransactionStep& step : steps) {
        const std::string key(1, static_cast<char>('a' + random.below(3)));
        Elements& list = store[key];
        if (random.below(2) == 0) {
          list.push_back(std::to_string(seed) + "." + std::to_string(i) + "." +
                         std::to_string(&step - steps.data()));
          step = append(key, list.back());
        } else {
          step = read(key, list.empty() ? std::nullopt : std::optional(list));
        }
      }
      const auto slack = static_cast<int64_t>(random.below(100));
      transactions.ok(1000 + i * 10 - slack, 1001 + i * 10 + slack, steps);
    }
    const CheckResult result = transactions.judged();
    EXPECT_EQ(result.status, CheckStatus::kPass) << "seed " << seed << ": " << result.message;
  }
}

// A table of who comes before whom would take more than a gigabyte.
TEST(Serializability, JudgesALongHistoryOfListsInLittleMemory) {
  Transactions transactions;
  for (int i = 0; i < 50'000; ++i) {
    const std::string key = std::to_string(i / 4);
    Elements before;
    for (int element = i / 4 * 4; element < i; ++element) before.push_back(std::to_string(element));
    transactions.ok(i * 10, i * 10 + 15,
                    {read(key, i % 4 == 0 ? std::nullopt : std::optional(before)),
                     append(key, std::to_string(i))});
  }
  EXPECT_EQ(transactions.judged().status, CheckStatus::kPass);
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  EXPECT_LT(usage.ru_maxrss, 300'000);  // kilobytes
}

}  // namespace
}  // namespace seedbed

#include "sim/check/register_order.h"

#include <gtest/gtest.h>

#include "sim/check/serializability.h"
#include "tests/check/script.h"
#include "tests/random.h"

namespace seedbed {
namespace {

using Steps = std::vector<TransactionStep>;
using Found = std::optional<std::string>;

TransactionStep write(std::string key, std::string value) {
  return TransactionStep::write(std::move(key), std::move(value));
}
TransactionStep read(std::string key, Found found) {
  TransactionStep step = TransactionStep::read(std::move(key));
  step.found_value = std::move(found);
  return step;
}

// Transactions, each of a client of its own; from and to in milliseconds.
class Transactions {
 public:
  Transactions& ok(int64_t from, int64_t to, const Steps& steps) {
    return add(from, to, steps, Response::transaction(steps));
  }
  Transactions& failed(int64_t from, int64_t to, const Steps& steps) {
    return add(from, to, steps, Response::fail("aborted"));
  }
  Transactions& unknown(int64_t from, int64_t to, const Steps& steps) {
    return add(from, to, steps, Response::info("timeout"));
  }
  CheckResult judged() {
    SerializabilityChecker checker("it");
    return script_.play(checker);
  }
  // The name of what is wrong; empty if nothing is.
  std::string anomaly() {
    const CheckResult result = judged();
    EXPECT_EQ(result.status == CheckStatus::kPass, result.message.empty()) << result.message;
    return result.message.substr(0, result.message.find_first_of(": "));
  }

 private:
  Transactions& add(int64_t from, int64_t to, Steps steps, Response response) {
    for (TransactionStep& step : steps) step.found_value.reset();
    script_.operation(++client_, Operation::transaction(std::move(steps)), std::move(response),
                      from, to);
    return *this;
  }

  Script script_;
  uint32_t client_ = 0;
};

TEST(RegisterOrder, HoldsOneAfterTheOther) {
  Transactions good;
  good.ok(0, 10, {write("x", "1"), read("x", "1"), write("y", "1")})
      .ok(20, 30, {read("x", "1"), write("x", "2"), write("x", "3"), read("z", std::nullopt)})
      .unknown(40, 50, {read("x", "?"), write("y", "2")})
      .failed(40, 50, {write("y", "3")})
      .ok(60, 70, {read("x", "3"), read("y", "1")})
      .ok(80, 90, {read("y", "2"), read("y", "2")});
  const CheckResult result = good.judged();
  EXPECT_EQ(result.status, CheckStatus::kPass) << result.message;
  EXPECT_EQ(result.evaluated, 4u);
}

TEST(RegisterOrder, NamesReadsThatAreWrongByThemselves) {
  EXPECT_EQ(Transactions().ok(0, 10, {write("x", "1"), read("x", "2")}).anomaly(), "internal");
  EXPECT_EQ(Transactions().ok(0, 10, {read("x", "2")}).anomaly(), "thin-air-read");
  EXPECT_EQ(Transactions().failed(0, 10, {write("x", "1")}).ok(0, 10, {read("x", "1")}).anomaly(),
            "G1a");
  EXPECT_EQ(Transactions()
                .ok(0, 10, {write("x", "1"), write("x", "2")})
                .ok(0, 10, {read("x", "1")})
                .anomaly(),
            "G1b");
}

TEST(RegisterOrder, NamesALostUpdate) {
  Transactions bad;
  bad.ok(0, 10, {write("x", "1")})
      .ok(0, 10, {read("x", "1"), write("x", "2")})
      .ok(0, 10, {read("x", "1"), write("x", "3")});
  EXPECT_EQ(bad.anomaly(), "lost-update");
}

// Two readers agree that there are two orders of the same two writers.
TEST(RegisterOrder, NamesWritesInTwoOrders) {
  Transactions bad;
  bad.ok(0, 100, {write("x", "1"), write("y", "1")})
      .ok(0, 100, {write("x", "2"), write("y", "2")})
      .ok(200, 210, {read("x", "1"), read("y", "2")});
  EXPECT_EQ(bad.anomaly(), "G-single");
}

TEST(RegisterOrder, NamesTransactionsThatSeeEachOther) {
  Transactions bad;
  bad.ok(0, 100, {write("x", "1"), read("y", "1")}).ok(0, 100, {write("y", "1"), read("x", "1")});
  EXPECT_EQ(bad.anomaly(), "G1c");
}

TEST(RegisterOrder, NamesReadSkew) {
  Transactions bad;
  bad.ok(0, 100, {write("x", "1"), write("y", "1")})
      .ok(0, 100, {read("x", "1"), read("y", std::nullopt)});
  const CheckResult result = bad.judged();
  EXPECT_EQ(result.message,
            "G-single: of 2 transactions each came before the next, and the last before the first");
  ASSERT_EQ(result.facts.size(), 2u);
}

TEST(RegisterOrder, NamesWriteSkew) {
  Transactions bad;
  bad.ok(0, 100, {read("x", std::nullopt), write("y", "1")})
      .ok(0, 100, {read("y", std::nullopt), write("x", "1")});
  EXPECT_EQ(bad.anomaly(), "G2");
}

TEST(RegisterOrder, KnowsWhoOverwroteWhatItHadRead) {
  Transactions bad;
  bad.ok(0, 100, {write("x", "1")})
      .ok(0, 100, {read("x", "1"), write("x", "2"), write("y", "2")})
      .ok(0, 100, {read("y", "2"), read("x", "1")});
  EXPECT_EQ(bad.anomaly(), "G-single");
}

TEST(RegisterOrder, IsThatOfTime) {
  EXPECT_EQ(
      Transactions().ok(0, 10, {write("x", "1")}).ok(20, 30, {read("x", std::nullopt)}).anomaly(),
      "G-single-realtime");
  EXPECT_EQ(Transactions()
                .ok(0, 10, {write("x", "1")})
                .ok(20, 30, {write("x", "2")})
                .ok(40, 50, {read("x", "1")})
                .anomaly(),
            "G-single-realtime");
  EXPECT_EQ(Transactions()
                .ok(0, 25, {write("x", "1")})
                .ok(20, 30, {write("x", "2")})
                .ok(40, 50, {read("x", "1")})
                .anomaly(),
            "");
}

// Who has read what nobody confirmed has seen it happen.
TEST(RegisterOrder, CountsWhatWasSeenAsDone) {
  Transactions good;
  good.ok(0, 10, {write("x", "1")}).unknown(20, 30, {write("x", "2")});
  good.ok(40, 50, {read("x", "2")}).ok(60, 70, {read("x", "2")});
  EXPECT_EQ(good.anomaly(), "");
  EXPECT_EQ(good.ok(80, 90, {read("x", "1")}).anomaly(), "G-single-realtime");
}

// A store that keeps every value a register ever had.
class Versions {
 public:
  // The transaction sees the first `moment` values only, and its own.
  Steps run(Steps steps, size_t moment) {
    std::map<std::string, std::string> own;
    for (TransactionStep& step : steps) {
      if (step.changes()) {
        own[step.key] = step.value;
      } else if (own.contains(step.key)) {
        step.found_value = own[step.key];
      } else {
        for (size_t i = 0; i < moment; ++i) {
          if (log_[i].contains(step.key)) step.found_value = log_[i].at(step.key);
        }
      }
    }
    log_.push_back(std::move(own));
    return steps;
  }
  size_t size() const { return log_.size(); }

 private:
  std::vector<std::map<std::string, std::string>> log_;
};

Steps random_steps(Random& random, int number) {
  Steps steps;
  for (uint64_t i = 0, count = 1 + random.below(4); i < count; ++i) {
    const std::string key(1, static_cast<char>('a' + random.below(3)));
    if (random.below(2) == 0) {
      steps.push_back(write(key, fmt::format("{}.{}", number, i)));
    } else {
      steps.push_back(read(key, std::nullopt));
    }
  }
  return steps;
}

// What one run of a store looks like in which transactions see what stood there `behind` ago.
std::string anomaly_of_run(uint64_t seed, size_t behind) {
  Random random(seed);
  Versions store;
  Transactions transactions;
  for (int i = 0; i < 60; ++i) {
    const size_t moment = store.size() - std::min(store.size(), random.below(behind + 1));
    const Steps steps = store.run(random_steps(random, i), moment);
    const auto slack = static_cast<int64_t>(random.below(100));
    transactions.ok(1000 + i * 10 - slack, 1001 + i * 10 + slack, steps);
  }
  return transactions.anomaly();
}

TEST(RegisterOrder, AcceptsWhatASerialStoreDoes) {
  for (uint64_t seed = 1; seed <= 100; ++seed) EXPECT_EQ(anomaly_of_run(seed, 0), "") << seed;
}

TEST(RegisterOrder, RefusesWhatAStoreDoesThatReadsWhatIsOld) {
  for (uint64_t seed = 1; seed <= 100; ++seed) EXPECT_NE(anomaly_of_run(seed, 8), "") << seed;
}

}  // namespace
}  // namespace seedbed

#include "sim/check/sequential.h"

#include <gtest/gtest.h>

#include "sim/check/linearizability.h"
#include "tests/check/script.h"
#include "tests/check/toy.h"

namespace seedbed {
namespace {

Operation put(std::string key, std::string value) {
  return Operation::put(std::move(key), std::move(value));
}

TEST(Sequential, LetsWhatOthersDidShowUpLate) {
  Script script;
  script.ok(1, put("x", "1"), Response::done(), 0, 10);
  script.ok(2, Operation::get("x"), Response::absent(), 20, 30);
  EXPECT_EQ(check_linearizable(script.history(), key_value_model()).status,
            CheckStatus::kViolation);
  const SequentialOutcome outcome = check_sequential(script.history(), key_value_model());
  EXPECT_EQ(outcome.status, CheckStatus::kPass);
  EXPECT_EQ(outcome.order, (std::vector<uint64_t>{2, 1}));
}

TEST(Sequential, KeepsTheOrderOfEachProcess) {
  Script script;
  script.ok(1, put("x", "1"), Response::done(), 0, 10);
  script.ok(1, Operation::get("x"), Response::absent(), 20, 30);
  EXPECT_EQ(check_sequential(script.history(), key_value_model()).status, CheckStatus::kViolation);
}

// Each key alone is right: it is the reason why keys cannot be judged alone.
TEST(Sequential, JudgesAllKeysTogether) {
  Script script;
  script.ok(1, put("x", "1"), Response::done(), 0, 10);
  script.ok(1, Operation::get("y"), Response::absent(), 20, 30);
  script.ok(2, put("y", "1"), Response::done(), 0, 10);
  script.ok(2, Operation::get("x"), Response::absent(), 20, 30);
  EXPECT_EQ(check_sequential(script.history(), key_value_model()).status, CheckStatus::kViolation);
}

TEST(Sequential, GivesUpWithinItsBounds) {
  Script script;
  for (uint32_t client = 1; client <= 12; ++client) {
    for (int i = 0; i < 3; ++i) {
      script.ok(client, put("x", std::to_string(client)), Response::done(), 10 * i, 10 * i + 5);
    }
  }
  script.ok(20, Operation::get("x"), Response::found("20"), 0, 10);
  const SequentialOutcome outcome =
      check_sequential(script.history(), key_value_model(), {.max_steps = 1000});
  EXPECT_EQ(outcome.status, CheckStatus::kInconclusive);
  EXPECT_FALSE(outcome.why.empty());
}

TEST(Sequential, SaysWhatAllOrdersSay) {
  for (const char* object : {"register", "cas-register", "multi-register", "counter", "set", "list",
                             "queue", "stack", "mutex"}) {
    uint64_t good = 0, bad = 0;
    for (uint64_t seed = 1; seed <= 1500; ++seed) {
      const ToyHistory toy =
          random_history(mix(seed, hash_bytes(object)), {.object = object, .lies = 4});
      const bool truth = sequential(toy);
      (truth ? good : bad) += 1;
      const SequentialOutcome outcome = check_sequential(toy.history, *find_model(object));
      ASSERT_EQ(outcome.status, truth ? CheckStatus::kPass : CheckStatus::kViolation)
          << object << ' ' << seed << '\n'
          << to_string(toy);
      if (check_linearizable(toy.history, *find_model(object)).status == CheckStatus::kPass) {
        ASSERT_TRUE(truth) << seed;
      }
    }
    EXPECT_GT(good, 100u) << object;
    EXPECT_GT(bad, 20u) << object;
  }
}

}  // namespace
}  // namespace seedbed

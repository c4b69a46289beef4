#include "sim/check/sequential.h"

#include <gtest/gtest.h>

#include "sim/check/leave_out.h"
#include "sim/check/linearizability.h"
#include "sim/check/sequential_example.h"
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
  EXPECT_EQ(outcome.algorithm, "search");
}

TEST(Sequential, TakesAnOrderOfTimeIfThereIsOne) {
  Script script;
  script.ok(1, put("x", "1"), Response::done(), 0, 10);
  script.ok(2, put("y", "1"), Response::done(), 5, 15);
  script.ok(1, Operation::get("y"), Response::found("1"), 11, 20);
  script.ok(2, Operation::get("x"), Response::found("1"), 16, 30);
  const SequentialOutcome outcome = check_sequential(script.history(), key_value_model());
  EXPECT_EQ(outcome.algorithm, "linearizable");
  EXPECT_EQ(outcome.order, (std::vector<uint64_t>{1, 2, 3, 4}));
}

// A process that asked twice at the same time: its order is that of its invocations, which real
// time does not keep.
TEST(Sequential, BelievesNoOrderOfTimeThatMixesAProcess) {
  Script script;
  script.ok(1, Operation::get("x"), Response::found("1"), 0, 20);
  script.ok(1, put("x", "1"), Response::done(), 1, 10);
  EXPECT_EQ(check_linearizable(script.history(), key_value_model()).status, CheckStatus::kPass);
  EXPECT_EQ(check_sequential(script.history(), key_value_model()).status, CheckStatus::kViolation);
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

constexpr const char* kObjects[] = {"register", "cas-register", "multi-register", "counter", "set",
                                    "list",     "queue",        "stack",          "mutex"};

TEST(Sequential, SaysWhatAllOrdersSay) {
  for (const char* object : kObjects) {
    uint64_t good = 0, bad = 0;
    for (uint64_t seed = 1; seed <= 1500; ++seed) {
      const ToyHistory toy =
          random_history(mix(seed, hash_bytes(object)), {.object = object, .lies = 4});
      const bool truth = sequential(toy);
      (truth ? good : bad) += 1;
      const SequentialOutcome outcome =
          check_sequential(toy.history, *find_model(object), {.real_time_first = seed % 2 == 0});
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

// What rules 2 to 4 leave out of a history that can be explained leaves one that can be, too.
TEST(SequentialExample, LeavesOutOnlyWhatMayBeLeftOut) {
  for (const char* object : kObjects) {
    uint64_t parts = 0;
    for (uint64_t seed = 1; seed <= 1500; ++seed) {
      const ToyHistory toy =
          random_history(mix(seed, hash_bytes(object)), {.object = object, .lies = 4});
      const Model& model = *find_model(object);
      if (check_sequential(toy.history, model).status != CheckStatus::kPass) continue;
      std::vector<size_t> chosen;
      for (size_t i = 0; i < toy.history.size(); ++i) {
        const bool known = answer_of(toy.history, toy.history.entries()[i]) != nullptr;
        if (known && mix(seed, i) % 2 == 0) chosen.push_back(i);
      }
      const std::vector<Role> roles = sequential_part(toy.history, model, chosen);
      ASSERT_EQ(check_sequential_part(toy.history, model, roles).status, CheckStatus::kPass)
          << object << ' ' << seed << '\n'
          << to_string(toy);
      parts += chosen.size() < toy.history.size() ? 1 : 0;
    }
    EXPECT_GT(parts, 100u) << object;
  }
}

TEST(SequentialExample, CannotBeMadeSmaller) {
  for (const char* object : kObjects) {
    uint64_t bad = 0;
    for (uint64_t seed = 1; seed <= 1500 && bad < 60; ++seed) {
      const ToyHistory toy =
          random_history(mix(seed, hash_bytes(object)), {.object = object, .lies = 4});
      const Model& model = *find_model(object);
      if (sequential(toy)) continue;
      ++bad;
      const SequentialExample example = sequential_example(toy.history, model);
      ASSERT_TRUE(example.minimal) << object << ' ' << seed;
      std::vector<size_t> chosen;
      for (const auto& kept : example.kept) {
        for (size_t i = 0; i < toy.history.size() && kept.happened; ++i) {
          if (toy.history.entries()[i].id == kept.id) chosen.push_back(i);
        }
      }
      const auto status = [&](const std::vector<size_t>& some) {
        return check_sequential_part(toy.history, model, sequential_part(toy.history, model, some))
            .status;
      };
      ASSERT_EQ(status(chosen), CheckStatus::kViolation) << object << ' ' << seed;
      for (size_t out = 0; out < chosen.size(); ++out) {
        std::vector<size_t> rest = chosen;
        rest.erase(rest.begin() + static_cast<ptrdiff_t>(out));
        ASSERT_EQ(status(rest), CheckStatus::kPass) << object << ' ' << seed << ' ' << out;
      }
    }
    EXPECT_GT(bad, 20u) << object;
  }
}

// A prefix may be wrong though the whole is right: the read saw what was written after it.
TEST(SequentialExample, CutsOffNoPrefix) {
  Script script;
  script.ok(1, Operation::get("x"), Response::found("1"), 0, 10);
  script.ok(2, put("x", "1"), Response::done(), 20, 30);
  EXPECT_EQ(check_sequential(script.history(), key_value_model()).status, CheckStatus::kPass);
  script.ok(3, Operation::get("x"), Response::found("7"), 40, 50);
  const SequentialExample example = sequential_example(script.history(), key_value_model());
  ASSERT_EQ(example.kept.size(), 1u);
  EXPECT_EQ(example.kept[0].id, 3u);
  EXPECT_NE(example.message.find("get(x) by c3 returned \"7\", and no operation"),
            std::string::npos)
      << example.message;
}

// Of many operations on three keys, the four that matter.
TEST(SequentialExample, FindsTheFewThatContradictEachOther) {
  Script script;
  for (int i = 0; i < 40; ++i) {
    script.ok(3, put("z", std::to_string(i)), Response::done(), 2 * i, 2 * i + 1);
    script.ok(4, put(i < 20 ? "x" : "y", "0"), Response::done(), 2 * i, 2 * i + 1);
  }
  script.ok(1, put("x", "1"), Response::done(), 100, 110);
  script.ok(1, Operation::get("y"), Response::absent(), 120, 130);
  script.ok(2, put("y", "1"), Response::done(), 100, 110);
  script.ok(2, Operation::get("x"), Response::absent(), 120, 130);
  const SequentialExample example = sequential_example(script.history(), key_value_model());
  EXPECT_EQ(example.kept.size(), 4u);
  EXPECT_EQ(example.of, 84u);
  EXPECT_EQ(
      example.message,
      "no order of these 4 operations keeps the order of c1 and c2 and makes every answer right");
}

}  // namespace
}  // namespace seedbed

// Verdicts against the truth: all orders of very many small histories, of every object that a model
// describes. SEEDBED_TRUTH=1000000 tries a million of each.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "sim/check/linearizability.h"
#include "tests/check/toy.h"

namespace seedbed {
namespace {

uint64_t how_many(uint64_t usually) {
  const char* wanted = std::getenv("SEEDBED_TRUTH");
  return wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : usually;
}

// Methods before all, and each search alone.
const LinearizabilityOptions kWays[] = {
    {},
    {.methods = false, .strategy = LinearStrategy::kSweep},
    {.methods = false, .strategy = LinearStrategy::kDepthFirst}};

class LinearTruth : public testing::TestWithParam<const char*> {
 protected:
  static const Model& model() { return *find_model(GetParam()); }
  static uint64_t seed_of(uint64_t i) { return mix(i, hash_bytes(GetParam())); }
};

TEST_P(LinearTruth, IsWhatAllOrdersSay) {
  uint64_t good = 0, bad = 0;
  const uint64_t count = how_many(2500);
  for (uint64_t i = 1; i <= count; ++i) {
    const ToyHistory toy = random_history(seed_of(i), {.object = GetParam()});
    const bool truth = linearizable(toy);
    (truth ? good : bad) += 1;
    const CheckStatus status = truth ? CheckStatus::kPass : CheckStatus::kViolation;
    for (const LinearizabilityOptions& options : kWays) {
      const CheckOutcome outcome = check_linearizable(toy.history, model(), options);
      ASSERT_EQ(outcome.status, status)
          << i << ' ' << outcome.algorithm << ' ' << outcome.message << '\n'
          << to_string(toy);
      if (!truth) continue;
      ASSERT_TRUE(explains(toy, outcome.keys[0].order)) << i << ' ' << outcome.algorithm << '\n'
                                                        << to_string(toy);
    }
  }
  EXPECT_GT(good, count / 10);
  EXPECT_GT(bad, count / 20);
}

TEST_P(LinearTruth, NeverRefusesWhatHappenedOneAfterTheOther) {
  for (uint64_t i = 1; i <= how_many(300); ++i) {
    const ToyHistory toy =
        random_history(seed_of(i), {.object = GetParam(), .most = 24, .lies = 0});
    const CheckOutcome outcome = check_linearizable(toy.history, model());
    ASSERT_EQ(outcome.status, CheckStatus::kPass) << i << ' ' << to_string(toy);
    ASSERT_TRUE(explains(toy, outcome.keys[0].order)) << i;
  }
}

TEST_P(LinearTruth, NamesTheReturnAtWhichItBecameIllegal) {
  for (uint64_t i = 1; i <= how_many(1500); ++i) {
    const ToyHistory toy = random_history(seed_of(i + 77), {.object = GetParam(), .lies = 4});
    const CheckOutcome outcome = check_linearizable(toy.history, model());
    if (outcome.status == CheckStatus::kPass) continue;
    // With parts, another may have failed before.
    const bool in_parts = model().part != nullptr;
    EXPECT_FALSE(linearizable(toy, number(outcome.at))) << i;
    EXPECT_TRUE(in_parts || linearizable(toy, number(outcome.at) - 1)) << i;
    EXPECT_EQ(outcome.keys[0].illegal_at, outcome.at);
    EXPECT_FALSE(outcome.message.empty());
    if (HasFailure()) return;
  }
}

// Too long for all orders; but method and search are two witnesses.
TEST_P(LinearTruth, IsTheSameByMethodAndBySearchInLongerHistories) {
  uint64_t decided = 0;
  for (uint64_t i = 1; i <= how_many(250); ++i) {
    const ToyHistory toy = random_history(
        seed_of(i + 99), {.object = GetParam(), .most = 24, .lies = 24, .unknown = i % 2 == 0});
    const CheckOutcome by_search = check_linearizable(
        toy.history, model(), {.max_steps = 200'000, .keys_apart = true, .methods = false});
    if (by_search.status == CheckStatus::kInconclusive) continue;
    ++decided;
    const CheckOutcome outcome = check_linearizable(toy.history, model());
    ASSERT_EQ(outcome.status, by_search.status) << i << ' ' << outcome.algorithm << '\n'
                                                << to_string(toy);
    if (outcome.status != CheckStatus::kPass) continue;
    ASSERT_TRUE(explains(toy, outcome.keys[0].order)) << i << '\n' << to_string(toy);
  }
  EXPECT_GT(decided, 200u);
}

INSTANTIATE_TEST_SUITE_P(Objects, LinearTruth,
                         testing::Values("register", "cas-register", "multi-register", "kv",
                                         "counter", "set", "list", "queue", "stack",
                                         "priority-queue", "mutex"),
                         [](const auto& info) {
                           std::string name = info.param;
                           std::erase(name, '-');
                           return name;
                         });

// The histories as those of several keys, which run at the same time.
History on_keys(const std::vector<ToyHistory>& toys) {
  std::vector<Entry> entries;
  for (size_t k = 0; k < toys.size(); ++k) {
    for (Entry entry : toys[k].history.entries()) {
      entry.id += 1000 * k;
      entry.operation.key = std::string(1, static_cast<char>('a' + k));
      entry.invoked = EventIndex{number(entry.invoked) * toys.size() + k};
      if (entry.returned != kNoEvent) {
        entry.returned = EventIndex{number(entry.returned) * toys.size() + k};
      }
      entries.push_back(std::move(entry));
    }
  }
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.invoked < b.invoked; });
  return History(std::move(entries));
}

TEST(LinearSearchOfSeveralKeys, SaysWhatIsSaidOfEachAlone) {
  for (const char* object : {"register", "cas-register", "kv", "queue", "mutex"}) {
    uint64_t good = 0, bad = 0;
    for (uint64_t i = 1; i <= how_many(600); ++i) {
      std::vector<ToyHistory> toys;
      bool truth = true;
      for (uint64_t k = 0; k < 3; ++k) {
        toys.push_back(random_history(
            mix(i, k), {.object = object, .most = 6, .lies = 6, .conventions = false}));
        truth = truth && linearizable(toys.back());
      }
      (truth ? good : bad) += 1;
      const History history = on_keys(toys);
      const CheckOutcome together =
          check_linearizable(history, *find_model(object), {.keys_apart = false});
      const CheckStatus status = truth ? CheckStatus::kPass : CheckStatus::kViolation;
      ASSERT_EQ(together.status, status) << object << ' ' << i << ' ' << together.message;
      ASSERT_EQ(check_linearizable(history, *find_model(object)).status, status) << i;
      for (size_t k = 0; truth && k < together.keys.size(); ++k) {
        const KeyOutcome& one = together.keys[k];
        const auto toy = static_cast<size_t>(one.key[0] - 'a');
        std::vector<uint64_t> order;
        for (const uint64_t id : one.order) order.push_back(id - 1000 * toy);
        ASSERT_TRUE(explains(toys[toy], order)) << object << ' ' << i;
      }
    }
    EXPECT_GT(good, 50u) << object;
    EXPECT_GT(bad, 50u) << object;
  }
}

// Where values are unique, no search is needed.
TEST(LinearMethods, DecideAloneWhereValuesAreUnique) {
  const std::pair<const char*, const char*> methods[] = {
      {"register", "zones"}, {"list", "known-order"},           {"queue", "bad-patterns"},
      {"stack", "bottoms"},  {"priority-queue", "least-first"}, {"mutex", "alternation"}};
  for (const auto& [object, algorithm] : methods) {
    uint64_t decided = 0, all = 0;
    for (uint64_t i = 1; i <= 500; ++i) {
      const ToyHistory toy =
          random_history(i, {.object = object, .most = 12, .unknown = false, .unique = true});
      const CheckOutcome outcome = check_linearizable(toy.history, *find_model(object));
      ++all;
      decided += outcome.algorithm == algorithm ? 1 : 0;
    }
    EXPECT_GT(decided, all / 2) << object;
  }
}

}  // namespace
}  // namespace seedbed

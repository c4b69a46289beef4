#include "protocols/two_phase_commit/lock_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "tests/random.h"

namespace seedbed::two_phase_commit {
namespace {

constexpr LockMode kS = LockMode::kShared;
constexpr LockMode kX = LockMode::kExclusive;

// The older, the smaller the number.
Age age(uint64_t n) {
  return {.begun = static_cast<int64_t>(n),
          .id = {.coordinator = NodeId{1}, .incarnation = 1, .n = n}};
}
TxnId id(uint64_t n) { return age(n).id; }

TEST(LockTable, LetsReadersShareAKey) {
  LockTable table;
  EXPECT_TRUE(table.acquire(age(1), "x", kS).granted);
  EXPECT_TRUE(table.acquire(age(2), "x", kS).granted);
}

TEST(LockTable, MakesTheYoungerWaitForTheOlder) {
  LockTable table;
  table.acquire(age(1), "x", kX);
  const LockTable::Asked asked = table.acquire(age(2), "x", kS);
  EXPECT_FALSE(asked.granted);
  EXPECT_TRUE(asked.wounded.empty());
  EXPECT_TRUE(table.waits(id(2)));
  EXPECT_EQ(table.release(id(1)), std::vector<TxnId>{id(2)});
  EXPECT_TRUE(table.holds(id(2), "x", kS));
}

TEST(LockTable, HasTheOlderWoundTheYounger) {
  LockTable table;
  table.acquire(age(2), "x", kX);
  const LockTable::Asked asked = table.acquire(age(1), "x", kX);
  EXPECT_FALSE(asked.granted);
  EXPECT_EQ(asked.wounded, std::vector<TxnId>{id(2)});
  EXPECT_EQ(table.release(id(2)), std::vector<TxnId>{id(1)});
}

TEST(LockTable, MakesEverybodyWaitForWhoeverIsPinned) {
  LockTable table;
  table.acquire(age(2), "x", kX);
  table.pin(id(2));
  const LockTable::Asked asked = table.acquire(age(1), "x", kS);
  EXPECT_FALSE(asked.granted);
  EXPECT_TRUE(asked.wounded.empty());
}

TEST(LockTable, GivesMoreToAHolderThatIsAlone) {
  LockTable table;
  table.acquire(age(1), "x", kS);
  EXPECT_TRUE(table.acquire(age(1), "x", kX).granted);
  EXPECT_EQ(table.held_by(id(1)), (std::vector<Lock>{{"x", kX}}));
}

TEST(LockTable, LetsTheOlderOfTwoUpgradeFirst) {
  LockTable table;
  table.acquire(age(1), "x", kS);
  table.acquire(age(2), "x", kS);
  EXPECT_FALSE(table.acquire(age(2), "x", kX).granted);  // waits for the older
  const LockTable::Asked asked = table.acquire(age(1), "x", kX);
  EXPECT_EQ(asked.wounded, std::vector<TxnId>{id(2)});
  EXPECT_EQ(table.release(id(2)), std::vector<TxnId>{id(1)});
}

TEST(LockTable, LetsTheOlderPassTheYoungerThatWaits) {
  LockTable table;
  table.acquire(age(1), "x", kS);
  EXPECT_FALSE(table.acquire(age(3), "x", kX).granted);
  EXPECT_TRUE(table.acquire(age(2), "x", kS).granted);
  EXPECT_FALSE(table.acquire(age(4), "x", kS).granted);  // behind an older one that wants more
}

TEST(LockTable, GrantsWhatWaitedBehindOneThatGivesUp) {
  LockTable table;
  table.acquire(age(1), "x", kS);
  table.acquire(age(2), "x", kX);
  table.acquire(age(3), "x", kS);
  EXPECT_EQ(table.release(id(2)), std::vector<TxnId>{id(3)});
}

TEST(LockTable, KeepsNothingOfThoseWhoHaveGone) {
  LockTable table;
  table.acquire(age(1), "x", kS);
  table.acquire(age(1), "y", kX);
  table.acquire(age(2), "y", kX);
  table.release(id(1));
  table.release(id(2));
  EXPECT_TRUE(table.empty());
}

// A model that knows nothing but who asked for what: whoever waits must be in somebody's way.
class LockModel {
 public:
  void step(Random& random) {
    const uint64_t n = 1 + random.below(6);
    if (random.below(4) == 0 || table_.waits(id(n))) {
      if (random.below(3) == 0) release(n);
      return;
    }
    if (pinned_.contains(n)) return;
    if (random.below(12) == 0) {
      table_.pin(id(n));
      pinned_.insert(n);
      return;
    }
    const std::string key(1, static_cast<char>('a' + random.below(3)));
    const LockMode mode = random.below(2) == 0 ? kS : kX;
    const LockTable::Asked asked = table_.acquire(age(n), key, mode);
    wanted_[n][key] = std::max(wanted_[n][key], mode);
    for (const TxnId& victim : asked.wounded) {
      ASSERT_GT(victim.n, n);
      ASSERT_FALSE(pinned_.contains(victim.n));
      release(victim.n);
    }
  }

  void check() const {
    for (const auto& [one, keys] : wanted_) {
      for (const auto& [key, mode] : keys) {
        for (const auto& [other, others] : wanted_) {
          if (one != other && others.contains(key)) check_pair(one, other, key);
        }
        if (!table_.waits(id(one))) {
          ASSERT_TRUE(table_.holds(id(one), key, mode));
        }
      }
    }
  }

 private:
  void release(uint64_t n) {
    table_.release(id(n));
    wanted_.erase(n);
    pinned_.erase(n);
  }

  // Two that conflict do not both hold; and the older waits only for one that is pinned, or that
  // itself waits for nothing but what is older still.
  void check_pair(uint64_t one, uint64_t other, const std::string& key) const {
    if (table_.holds(id(one), key, kX)) {
      ASSERT_FALSE(table_.holds(id(other), key, kS));
    }
  }

  LockTable table_;
  std::map<uint64_t, std::map<std::string, LockMode>> wanted_;
  std::set<uint64_t> pinned_;
};

TEST(LockTable, IsSafeWhateverIsAsked) {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    Random random(seed);
    LockModel model;
    for (int i = 0; i < 300; ++i) {
      model.step(random);
      model.check();
      if (::testing::Test::HasFatalFailure()) return;
    }
  }
}

// Nobody waits for ever: whoever is oldest and waits, waits for one that is pinned.
TEST(LockTable, NeverLetsTheOldestWaitForOneThatCanBeWounded) {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    Random random(seed);
    LockTable table;
    for (int i = 0; i < 200; ++i) {
      const uint64_t n = 1 + random.below(8);
      if (table.waits(id(n))) continue;
      const std::string key(1, static_cast<char>('a' + random.below(4)));
      const LockMode mode = random.below(2) == 0 ? kS : kX;
      for (const TxnId& victim : table.acquire(age(n), key, mode).wounded) table.release(victim);
      if (random.below(5) == 0) table.release(id(1 + random.below(8)));
      ASSERT_FALSE(table.waits(id(1)));
    }
  }
}

}  // namespace
}  // namespace seedbed::two_phase_commit

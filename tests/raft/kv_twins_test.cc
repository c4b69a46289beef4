#include "protocols/raft/kv_twins.h"

#include <gtest/gtest.h>

#include "tests/raft/random_log.h"

namespace seedbed::raft {
namespace {

constexpr KvLimits kSmall{
    .sessions = 3, .replies_per_session = 4, .session_timeout = 100ms, .value_bytes = 12};

// How many of 30 logs end in a difference, with a machine that is thrown away and restored now and
// then.
uint64_t diverged(Mutant mutant) {
  uint64_t count = 0;
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    RandomLog log(seed);
    KvTwins twins(KvRules(mutant), kSmall, {.salt = seed, .twin = true});
    bool same = true;
    for (int i = 0; i < 300 && same; ++i) {
      if (i == 150) {
        const std::string bytes = twins.snapshot();
        twins = KvTwins(KvRules(mutant), kSmall, {.salt = seed + 1, .twin = true});
        EXPECT_TRUE(twins.restore(bytes));
      }
      const Applied applied = twins.apply(log.next(), NodeTime(i * 1s));
      same = twins.twin()->state_hash == applied.state_hash &&
             twins.twin()->result_hash == applied.result_hash;
    }
    if (!same) ++count;
  }
  return count;
}

TEST(KvTwins, AreAlikeWhateverTheirSaltsAndClocks) { EXPECT_EQ(diverged(Mutant::kNone), 0u); }

TEST(KvTwins, DifferWhenSomethingElseThanTheLogDecides) {
  EXPECT_EQ(diverged(Mutant::kRsmB01), 30u);
  EXPECT_EQ(diverged(Mutant::kRsmB02), 30u);
  EXPECT_EQ(diverged(Mutant::kRsmB03), 30u);
}

TEST(KvTwins, OfWhichOneIsNotThereTellsNothing) {
  KvTwins one(KvRules(), kSmall, {});
  one.apply({.index = 1, .term = Term{1}}, NodeTime());
  EXPECT_FALSE(one.twin().has_value());
  EXPECT_EQ(one.last_applied(), 1u);
}

}  // namespace
}  // namespace seedbed::raft

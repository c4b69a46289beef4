#include "protocols/primary_backup/rules.h"

#include <gtest/gtest.h>

#include "protocols/primary_backup/authority.h"

namespace seedbed::primary_backup {
namespace {

// The arithmetic on which everything rests: who has a write, and who can still be told to forget
// the old primary.
TEST(AckPolicy, TheFencedAndTheHoldersOfAWriteMeet) {
  for (size_t replicas = 2; replicas <= 9; ++replicas) {
    for (size_t backups = 1; backups < replicas; ++backups) {
      const AckPolicy policy{.replicas = replicas, .backups = backups};
      EXPECT_GT(policy.copies() + policy.fences(), replicas);
      EXPECT_GT(policy.promises() + 1 + policy.fences(), replicas) << "a lease, and its end";
      EXPECT_GE(policy.fences(), 1u);
    }
  }
}

TEST(AckPolicy, AnAsynchronousPrimaryIsStillTheOnlyOne) {
  const AckPolicy policy{.replicas = 3, .backups = 0};
  EXPECT_TRUE(policy.asynchronous());
  EXPECT_EQ(policy.copies(), 1u);
  EXPECT_GT(policy.promises() + 1 + policy.fences(), 3u);
}

TEST(Rules, AWriteIsAcknowledgedWhenEnoughDisksHaveIt) {
  const Rules rules;
  const AckPolicy two{.replicas = 5, .backups = 2};
  EXPECT_EQ(rules.acknowledged(two, 9, {9, 7, 3, 0}), 7u);
  EXPECT_EQ(rules.acknowledged(two, 5, {9, 7, 3, 0}), 5u) << "its own disk is slower";
  EXPECT_EQ(rules.acknowledged(two, 9, {9}), 0u) << "too few";
  EXPECT_EQ(rules.acknowledged({.replicas = 3, .backups = 0}, 9, {0, 0}), 9u);
  EXPECT_EQ(Rules(Mutant::kNoReplicas).acknowledged(two, 9, {0, 0, 0, 0}), 9u);
}

TEST(Rules, NobodyFollowsAnEarlierEpoch) {
  EXPECT_TRUE(Rules().may_follow(Epoch{3}, Epoch{3}));
  EXPECT_FALSE(Rules().may_follow(Epoch{2}, Epoch{3}));
  EXPECT_TRUE(Rules(Mutant::kB08).may_follow(Epoch{2}, Epoch{3}));
}

TEST(Rules, ALeaseIsShorterThanThePromisesByWhatClocksMayBeWrong) {
  const Duration promise = 300ms;
  // The primary's clock is too slow by that much, and that of the backup too fast.
  for (const int64_t ppm : {0, 1'000, 100'000}) {
    const Duration lease = Rules().lease_length(promise, ppm);
    const double world = static_cast<double>(lease.count()) / (1 - static_cast<double>(ppm) / 1e6);
    const double kept = static_cast<double>(promise.count()) / (1 + static_cast<double>(ppm) / 1e6);
    EXPECT_LE(world, kept + 1) << ppm;
    EXPECT_GE(lease, promise * 3 / 4) << ppm;
  }
}

TEST(Rules, EveryMutantBendsOne) {
  EXPECT_TRUE(Rules(Mutant::kReadDeposed).may_read(false));
  EXPECT_FALSE(Rules().may_read(false));
  EXPECT_FALSE(Rules(Mutant::kPromoteBehind).must_fetch({1, Epoch{1}}, {2, Epoch{1}}));
  EXPECT_TRUE(Rules().must_fetch({1, Epoch{1}}, {2, Epoch{1}}));
  EXPECT_EQ(Rules(Mutant::kB06).index_of_checkpoint({1, Epoch{1}}, {2, Epoch{1}}).index, 2u);
  EXPECT_EQ(Rules().index_of_checkpoint({1, Epoch{1}}, {2, Epoch{1}}).index, 1u);
  EXPECT_FALSE(Rules(Mutant::kNoSync).waits_for_disk());
  EXPECT_TRUE(Rules().waits_for_disk());
  EXPECT_TRUE(Rules(Mutant::kResume).may_resume());
  EXPECT_FALSE(Rules().may_resume());
  EXPECT_FALSE(Rules(Mutant::kNoTable).answers_from_table(true));
  EXPECT_TRUE(Rules().answers_from_table(true));
  EXPECT_TRUE(Rules(Mutant::kNoToken).has_seen(1, 2));
  EXPECT_FALSE(Rules().has_seen(1, 2));
  EXPECT_EQ(Rules(Mutant::kFreshOnArrival).fresh_as_of(NodeTime(1s), NodeTime(2s)), NodeTime(2s));
  EXPECT_EQ(Rules().fresh_as_of(NodeTime(1s), NodeTime(2s)), NodeTime(1s));
  EXPECT_FALSE(Rules(Mutant::kMemo).executes(true));
  EXPECT_TRUE(Rules(Mutant::kMemo).executes(false));
}

TEST(Ownership, IsTheSameAfterItsText) {
  const Ownership ownership{.epoch = Epoch{12}, .owner = NodeId{5}};
  EXPECT_EQ(text_of(ownership), "12 n5");
  EXPECT_EQ(ownership_from("12 n5"), ownership);
  EXPECT_EQ(text_of(Ownership()), std::nullopt);
  for (const char* text : {"", "12", "12 n", "x n5", "12 n5 "}) {
    EXPECT_EQ(ownership_from(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace seedbed::primary_backup

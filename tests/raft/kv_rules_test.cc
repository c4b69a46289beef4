#include "protocols/raft/kv_rules.h"

#include <gtest/gtest.h>

namespace seedbed::raft {
namespace {

const KvRules kRules;

TEST(KvRules, WithoutSessionCheckNothingIsAnsweredFromASession) {
  EXPECT_TRUE(kRules.answers_from_session(true));
  EXPECT_FALSE(kRules.answers_from_session(false));
  EXPECT_FALSE(KvRules(Mutant::kNoSessionCheck).answers_from_session(true));
}

TEST(KvRules, B01EvictsByTheOrderOfATable) {
  const SessionUse a{.id = 1, .last_used = 5};
  const SessionUse b{.id = 2, .last_used = 4};
  uint64_t other = 0;
  for (uint64_t salt = 0; salt < 100; ++salt) {
    EXPECT_TRUE(kRules.evicts_before(b, a, salt));
    EXPECT_FALSE(kRules.evicts_before(a, b, salt));
    if (KvRules(Mutant::kRsmB01).evicts_before(a, b, salt)) ++other;
  }
  EXPECT_GT(other, 20u);
  EXPECT_LT(other, 80u);
}

TEST(KvRules, B02TakesTheTimeFromTheServersOwnClock) {
  EXPECT_EQ(kRules.time_after(LogTime(5s), LogTime(7s), NodeTime(1h)), LogTime(7s));
  EXPECT_EQ(kRules.time_after(LogTime(9s), LogTime(7s), NodeTime(1h)), LogTime(9s));
  EXPECT_EQ(KvRules(Mutant::kRsmB02).time_after(LogTime(5s), LogTime(7s), NodeTime(1h)),
            LogTime(1h));
}

TEST(KvRules, B03HashesWhatDiffersFromProcessToProcess) {
  EXPECT_EQ(kRules.hash_in_history(7, 1), kRules.hash_in_history(7, 2));
  const KvRules mutant(Mutant::kRsmB03);
  EXPECT_NE(mutant.hash_in_history(7, 1), mutant.hash_in_history(7, 2));
}

TEST(KvRules, B04TakesAnyEntryAtItsIndexForItsOwn) {
  EXPECT_TRUE(kRules.is_awaited(Term{3}, Term{3}));
  EXPECT_FALSE(kRules.is_awaited(Term{3}, Term{4}));
  EXPECT_TRUE(kRules.gives_up_waiting());
  EXPECT_TRUE(KvRules(Mutant::kRsmB04).is_awaited(Term{3}, Term{4}));
  EXPECT_FALSE(KvRules(Mutant::kRsmB04).gives_up_waiting());
}

TEST(KvRules, B05LeavesSessionsOutOfSnapshots) {
  EXPECT_EQ(kRules.sessions_in_snapshot(5), 5u);
  EXPECT_EQ(KvRules(Mutant::kRsmB05).sessions_in_snapshot(5), 0u);
}

TEST(KvRules, B06OpensASessionThatHasExpired) {
  EXPECT_FALSE(kRules.opens_what_it_does_not_know());
  EXPECT_TRUE(KvRules(Mutant::kRsmB06).opens_what_it_does_not_know());
}

TEST(KvRules, B07AppliesItsOwnClientsCommandsFirst) {
  const auto awaited = [](const Entry& entry) { return entry.index == 6; };
  const auto order = [&](const KvRules& rules) {
    std::vector<Entry> entries(3);
    for (LogIndex i = 0; i < 3; ++i) entries[i].index = 4 + i;
    rules.put_in_order(entries, awaited);
    return std::vector<LogIndex>{entries[0].index, entries[1].index, entries[2].index};
  };
  EXPECT_EQ(order(kRules), (std::vector<LogIndex>{4, 5, 6}));
  EXPECT_EQ(order(KvRules(Mutant::kRsmB07)), (std::vector<LogIndex>{6, 4, 5}));
  EXPECT_TRUE(kRules.is_next(4, 3));
  EXPECT_FALSE(kRules.is_next(6, 3));
  EXPECT_TRUE(KvRules(Mutant::kRsmB07).is_next(6, 3));
}

TEST(KvRules, B10TakesASnapshotBeforeAllItCoversIsApplied) {
  EXPECT_TRUE(kRules.may_take_snapshot(7, 7));
  EXPECT_FALSE(kRules.may_take_snapshot(6, 7));
  EXPECT_TRUE(KvRules(Mutant::kRsmB10).may_take_snapshot(6, 7));
}

TEST(KvRules, B09WritesBeforeItLooks) {
  EXPECT_TRUE(kRules.looks_before_writing());
  EXPECT_FALSE(KvRules(Mutant::kRsmB09).looks_before_writing());
}

TEST(KvRules, B11DropsTheReplyThatTheClientWaitsFor) {
  EXPECT_EQ(kRules.first_reply_kept(7), 7u);
  EXPECT_EQ(KvRules(Mutant::kRsmB11).first_reply_kept(7), 8u);
}

}  // namespace
}  // namespace seedbed::raft

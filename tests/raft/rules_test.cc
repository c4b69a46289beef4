// Each mutant differs from the rule in the situation its history describes, and in no easier one.
#include "protocols/raft/rules.h"

#include <gtest/gtest.h>

#include <set>

namespace seedbed::raft {
namespace {

const Rules kRules;
const NodeId kA{1};
const NodeId kB{2};

Log log_of(std::initializer_list<uint64_t> terms) {
  Log log;
  for (const uint64_t term : terms) log.append({.index = log.last_index() + 1, .term = Term{term}});
  return log;
}

AppendEntries request(EntryId prev, std::initializer_list<uint64_t> terms, LogIndex commit) {
  AppendEntries request{.term = Term{9}, .prev = prev, .entries = {}, .leader_commit = commit};
  for (const uint64_t term : terms) {
    request.entries.push_back({.index = request.last_index() + 1, .term = Term{term}});
  }
  return request;
}

RequestVote vote(EntryId last) { return {.term = Term{3}, .last = last}; }

TEST(Rules, GrantOneVotePerTermToALogAsUpToDate) {
  const HardState unused{Term{3}, std::nullopt};
  const HardState used{Term{3}, kA};
  const EntryId mine{5, Term{2}};
  EXPECT_TRUE(kRules.may_grant_vote(unused, mine, kA, vote({5, Term{2}})));
  EXPECT_TRUE(kRules.may_grant_vote(unused, mine, kA, vote({1, Term{3}})));
  EXPECT_FALSE(kRules.may_grant_vote(unused, mine, kA, vote({4, Term{2}})));
  EXPECT_FALSE(kRules.may_grant_vote(unused, mine, kA, vote({9, Term{1}})));
  EXPECT_TRUE(kRules.may_grant_vote(used, mine, kA, vote(mine)));
  EXPECT_FALSE(kRules.may_grant_vote(used, mine, kB, vote(mine)));
}

TEST(Rules, GrantAPreVoteOnlyForALaterTerm) {
  const EntryId mine{5, Term{2}};
  EXPECT_TRUE(kRules.may_grant_pre_vote(Term{3}, mine, Term{4}, mine));
  EXPECT_FALSE(kRules.may_grant_pre_vote(Term{3}, mine, Term{3}, mine));
  EXPECT_FALSE(kRules.may_grant_pre_vote(Term{3}, mine, Term{4}, {4, Term{2}}));
}

TEST(Rules, B01CommitsAnEntryOfAnOldTermByCounting) {
  const Rules mutant(Mutant::kB01);
  EXPECT_FALSE(kRules.may_commit_by_counting({2, Term{2}}, Term{4}));
  EXPECT_TRUE(mutant.may_commit_by_counting({2, Term{2}}, Term{4}));
  EXPECT_TRUE(kRules.may_commit_by_counting({3, Term{4}}, Term{4}));
}

TEST(Rules, B04DropsEntriesBehindAnOldRequest) {
  const Rules mutant(Mutant::kB04);
  const Log log = log_of({1, 1, 1, 1});
  const AppendEntries old = request({1, Term{1}}, {1}, 0);
  EXPECT_EQ(kRules.truncation_point(log, 0, old), std::nullopt);
  EXPECT_EQ(mutant.truncation_point(log, 0, old), 2u);
  // Both drop what conflicts, and neither does anything to a log that simply grows.
  const AppendEntries conflicting = request({1, Term{1}}, {2}, 0);
  EXPECT_EQ(kRules.truncation_point(log, 0, conflicting), 2u);
  EXPECT_EQ(mutant.truncation_point(log, 0, conflicting), 2u);
  const AppendEntries growing = request({4, Term{1}}, {2}, 0);
  EXPECT_EQ(mutant.truncation_point(log, 0, growing), std::nullopt);
}

TEST(Rules, B05CommitsASuffixThatWasNotCompared) {
  const Rules mutant(Mutant::kB05);
  const Log log = log_of({1, 1, 2, 2});  // the leader has others at 3 and 4
  const AppendEntries partial = request({1, Term{1}}, {1}, 4);
  EXPECT_EQ(kRules.follower_commit(log, partial), 2u);
  EXPECT_EQ(mutant.follower_commit(log, partial), 4u);
  const AppendEntries complete = request({3, Term{2}}, {2}, 4);
  EXPECT_EQ(kRules.follower_commit(log, complete), mutant.follower_commit(log, complete));
}

TEST(Rules, B07AcknowledgesADeposedLeadersEntriesToTheNewOne) {
  const Rules mutant(Mutant::kB07);
  const PendingAck pending{.after = 4, .leader = kA, .term = Term{2}, .match = 7};
  EXPECT_EQ(kRules.acknowledgement_due(pending, Term{3}, kB), std::nullopt);
  EXPECT_EQ(mutant.acknowledgement_due(pending, Term{3}, kB), (Acknowledgement{kB, 7}));
  EXPECT_EQ(kRules.acknowledgement_due(pending, Term{2}, kA), (Acknowledgement{kA, 7}));
}

TEST(Rules, B10LetsAVoteLeaveBeforeItIsDurable) {
  EXPECT_EQ(kRules.vote_waits_for(5), 5u);
  EXPECT_EQ(Rules(Mutant::kB10).vote_waits_for(5), 0u);
}

TEST(Rules, B14CountsALeadersOwnEntriesBeforeTheyAreDurable) {
  EXPECT_EQ(kRules.own_match(3, 5), 3u);
  EXPECT_EQ(Rules(Mutant::kB14).own_match(3, 5), 5u);
}

TEST(Mutants, HaveNamesThatLeadBackToThem) {
  std::set<std::string_view> names;
  for (const MutantInfo& info : mutants()) {
    EXPECT_EQ(find_mutant(info.name), info.mutant);
    EXPECT_TRUE(names.insert(info.name).second);
    EXPECT_FALSE(info.caught_by.empty());
    EXPECT_FALSE(info.reference.empty());
  }
  EXPECT_EQ(find_mutant("raft.none-such"), std::nullopt);
}

}  // namespace
}  // namespace seedbed::raft

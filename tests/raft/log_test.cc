#include "protocols/raft/log.h"

#include <gtest/gtest.h>

#include "sim/core/check.h"

namespace seedbed::raft {
namespace {

// A log with one entry for each term given.
Log log_of(std::initializer_list<uint64_t> terms) {
  Log log;
  for (const uint64_t term : terms) {
    log.append({.index = log.last_index() + 1, .term = Term{term}, .data = "x"});
  }
  return log;
}

TEST(Log, BeginsWithTheEntryThatEveryLogShares) {
  const Log log;
  EXPECT_EQ(log.last(), EntryId{});
  EXPECT_TRUE(log.contains({0, Term{0}}));
  EXPECT_FALSE(log.term_at(1).has_value());
}

TEST(Log, ContainsAnEntryOnlyUnderItsOwnTerm) {
  const Log log = log_of({1, 1, 2});
  EXPECT_TRUE(log.contains({3, Term{2}}));
  EXPECT_FALSE(log.contains({3, Term{1}}));
  EXPECT_FALSE(log.contains({4, Term{2}}));
}

TEST(Log, FindsTheFirstEntryThatConflicts) {
  const Log log = log_of({1, 1, 2, 2});
  const std::vector<Entry> entries = {
      {.index = 2, .term = Term{1}}, {.index = 3, .term = Term{3}}, {.index = 4, .term = Term{3}}};
  EXPECT_EQ(log.first_conflict(entries), 3u);
}

TEST(Log, FindsNoConflictInEntriesThatItHasOrThatFollowIt) {
  const Log log = log_of({1, 1});
  const std::vector<Entry> entries = {{.index = 2, .term = Term{1}}, {.index = 3, .term = Term{3}}};
  EXPECT_FALSE(log.first_conflict(entries).has_value());
}

TEST(Log, FindsTheBoundariesOfTerms) {
  const Log log = log_of({1, 1, 3, 3, 5});
  EXPECT_EQ(log.first_index_of_term_at(4), 3u);
  EXPECT_EQ(log.last_index_with_term_at_most(Term{3}, 6), 4u);
  EXPECT_EQ(log.last_index_with_term_at_most(Term{4}, 6), 4u);
  EXPECT_EQ(log.last_index_with_term_at_most(Term{3}, 4), 3u);
  EXPECT_EQ(log.last_index_with_term_at_most(Term{0}, 6), 0u);
}

TEST(Log, RefusesAGapAndATermThatGoesBack) {
  Log log = log_of({2});
  EXPECT_THROW(log.append({.index = 3, .term = Term{2}}), InvariantFailure);
  EXPECT_THROW(log.append({.index = 2, .term = Term{1}}), InvariantFailure);
}

TEST(EntryIds, AreOrderedAsElectionsCompareLogs) {
  EXPECT_LT((EntryId{9, Term{1}}), (EntryId{1, Term{2}}));
  EXPECT_LT((EntryId{1, Term{2}}), (EntryId{2, Term{2}}));
}

}  // namespace
}  // namespace seedbed::raft

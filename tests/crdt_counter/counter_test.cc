#include "protocols/crdt_counter/counter.h"

#include <gtest/gtest.h>

#include <vector>

namespace seedbed::crdt_counter {
namespace {

// Every G-Counter of that many replicas with entries of at most `most`.
std::vector<GCounter> all_g_counters(uint32_t replicas, uint64_t most) {
  std::vector<GCounter> all{GCounter()};
  for (uint32_t replica = 1; replica <= replicas; ++replica) {
    std::vector<GCounter> more;
    for (const GCounter& counter : all) {
      for (uint64_t count = 0; count <= most; ++count) {
        more.push_back(counter);
        more.back().increment(NodeId{replica}, count);
      }
    }
    all = std::move(more);
  }
  return all;
}

std::vector<PNCounter> all_pn_counters() {
  std::vector<PNCounter> all;
  const std::vector<GCounter> halves = all_g_counters(2, 1);
  for (const GCounter& added : halves) {
    for (const GCounter& taken : halves) {
      PNCounter& counter = all.emplace_back();
      for (const auto& [replica, count] : added.entries()) counter.increment(replica, count);
      for (const auto& [replica, count] : taken.entries()) counter.decrement(replica, count);
    }
  }
  return all;
}

template <class Counter>
Counter join(Counter a, const Counter& b, const Rules& rules = Rules()) {
  a.merge(b, rules);
  return a;
}

template <class Counter>
void expect_semilattice(const std::vector<Counter>& states) {
  for (const Counter& a : states) {
    EXPECT_EQ(join(a, a), a);
    for (const Counter& b : states) {
      EXPECT_EQ(join(a, b), join(b, a));
      for (const Counter& c : states) {
        if (join(join(a, b), c) != join(a, join(b, c))) FAIL() << "not associative";
      }
    }
  }
}

TEST(GCounter, MergeIsIdempotentCommutativeAndAssociative) {
  expect_semilattice(all_g_counters(3, 2));
}

TEST(PNCounter, MergeIsIdempotentCommutativeAndAssociative) {
  expect_semilattice(all_pn_counters());
}

TEST(GCounter, MergeAndIncrementNeverMakeAnEntrySmaller) {
  const std::vector<GCounter> states = all_g_counters(3, 2);
  for (const GCounter& a : states) {
    GCounter more = a;
    more.increment(NodeId{1}, 1);
    EXPECT_EQ(join(a, more), more);
    EXPECT_EQ(more.value(), a.value() + 1);
    for (const GCounter& b : states) EXPECT_EQ(join(a, join(a, b)), join(a, b));
  }
}

TEST(GCounter, CountsEachIncrementOnceWhateverThePathItTook) {
  GCounter a, b, c;
  a.increment(NodeId{1}, 2);
  b.merge(a);
  b.increment(NodeId{2}, 3);
  c.merge(b);
  c.merge(a);
  c.merge(b);
  EXPECT_EQ(c.value(), 5u);
  EXPECT_EQ(c.entry(NodeId{1}), 2u);
  EXPECT_EQ(c.entry(NodeId{3}), 0u);
}

TEST(PNCounter, TakesAwayWithoutAskingAndMayBecomeNegative) {
  PNCounter a, b;
  a.increment(NodeId{1}, 2);
  b.decrement(NodeId{2}, 5);
  a.merge(b);
  EXPECT_EQ(a.value(), -3);
}

TEST(MergeBySum, IsNotIdempotent) {
  GCounter a;
  a.increment(NodeId{1}, 2);
  EXPECT_NE(join(a, a, Rules(Mutant::kB01)), a);
}

TEST(Rules, HoldUnlessTheyAreBent) {
  const Rules rules;
  EXPECT_EQ(rules.merged(2, 3), 3u);
  EXPECT_TRUE(rules.durable_before_visible());
  EXPECT_TRUE(rules.counts(4, 5));
  EXPECT_FALSE(rules.counts(5, 5));
  EXPECT_FALSE(rules.counts(5, 4));
  EXPECT_EQ(Rules(Mutant::kB01).merged(2, 3), 5u);
  EXPECT_FALSE(Rules(Mutant::kB07).durable_before_visible());
  EXPECT_TRUE(Rules(Mutant::kB14).counts(5, 5));
}

}  // namespace
}  // namespace seedbed::crdt_counter

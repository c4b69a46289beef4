#include "protocols/crdt_counter/delta.h"

#include <gtest/gtest.h>

namespace seedbed::crdt_counter {
namespace {

constexpr NodeId a{1};
constexpr NodeId b{2};

Counters counted(std::initializer_list<std::pair<NodeId, uint64_t>> entries) {
  Counters counters;
  for (const auto& [replica, count] : entries) counters["k"].increment(replica, count);
  return counters;
}

DeltaGossip talker(uint32_t incarnation, Rules rules = Rules()) {
  return {Incarnation{incarnation}, rules};
}

// What `from` tells `to`, of all that is visible to it; `to` takes notice.
Counters tell(DeltaGossip& from, NodeId from_id, DeltaGossip& to, NodeId to_id,
              const Counters& visible) {
  const Gossip gossip = from.to(to_id, visible);
  to.heard(from_id, gossip);
  return counters_from(gossip.counters());
}

TEST(DeltaGossip, TellsAllUntilItIsConfirmed) {
  DeltaGossip ours = talker(1), theirs = talker(1);
  const Counters all = counted({{a, 3}, {b, 5}});
  EXPECT_EQ(tell(ours, a, theirs, b, all), all);
  EXPECT_EQ(tell(ours, a, theirs, b, all), all);
  tell(theirs, b, ours, a, {});
  EXPECT_EQ(tell(ours, a, theirs, b, all), Counters());
}

TEST(DeltaGossip, TellsWhatHasChangedSince) {
  DeltaGossip ours = talker(1), theirs = talker(1);
  tell(ours, a, theirs, b, counted({{a, 3}, {b, 5}}));
  tell(theirs, b, ours, a, {});
  EXPECT_EQ(tell(ours, a, theirs, b, counted({{a, 4}, {b, 5}})), counted({{a, 4}}));
}

TEST(DeltaGossip, IsNotFooledByAConfirmationOfLess) {
  DeltaGossip ours = talker(1), theirs = talker(1);
  tell(ours, a, theirs, b, counted({{a, 3}}));
  // Shown later under the same number, and lost.
  (void)ours.to(b, counted({{a, 4}}));
  tell(theirs, b, ours, a, {});
  EXPECT_EQ(tell(ours, a, theirs, b, counted({{a, 4}})), counted({{a, 4}}));
}

TEST(DeltaGossip, TellsEverythingAgainToWhomHasRestarted) {
  const Counters all = counted({{a, 3}});
  for (const Mutant mutant : {Mutant::kNone, Mutant::kB16}) {
    DeltaGossip ours = talker(1, Rules(mutant)), before = talker(1), after = talker(2);
    tell(ours, a, before, b, all);
    tell(before, b, ours, a, {});
    tell(after, b, ours, a, {});
    EXPECT_EQ(tell(ours, a, after, b, all), mutant == Mutant::kNone ? all : Counters());
  }
}

TEST(DeltaGossip, ALateConfirmationFromBeforeARestartCountsForNothing) {
  DeltaGossip ours = talker(1), before = talker(1), after = talker(2);
  const Counters all = counted({{a, 3}});
  tell(ours, a, before, b, all);
  const Gossip late = before.to(a, {});
  tell(after, b, ours, a, {});
  ours.heard(b, late);
  EXPECT_EQ(tell(ours, a, after, b, all), all);
}

TEST(DeltaGossip, TellsVersion1EverythingEveryTime) {
  DeltaGossip ours = talker(1);
  const Counters all = counted({{a, 3}});
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(counters_from(ours.to(b, all).counters()), all);
    ours.heard(b, Gossip());
  }
}

}  // namespace
}  // namespace seedbed::crdt_counter

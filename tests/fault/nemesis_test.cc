#include "sim/fault/nemesis.h"

#include <gtest/gtest.h>

#include <set>

namespace seedbed {
namespace {

const std::vector<NodeId> kServers{NodeId{1}, NodeId{2}, NodeId{3}};
const std::vector<NodeId> kEveryone{NodeId{1}, NodeId{2}, NodeId{3}, NodeId{4}, NodeId{5}};

std::string name(NodeId id) { return "n" + std::to_string(number(id)); }

FaultMix every_kind(uint32_t slots) {
  FaultMix mix;
  for (const FaultKind kind : kFaultKinds) {
    mix.doses.push_back({.kind = kind, .slots = slots, .min_magnitude = 1, .max_magnitude = 100});
  }
  return mix;
}

TEST(Nemesis, DrawsTheSamePlanFromTheSameSeed) {
  Choices one(3), two(3);
  const FaultPlan a = draw_plan(one, every_kind(3), kServers, kEveryone);
  const FaultPlan b = draw_plan(two, every_kind(3), kServers, kEveryone);
  ASSERT_EQ(a.faults.size(), b.faults.size());
  for (size_t i = 0; i < a.faults.size(); ++i) {
    EXPECT_EQ(line(a.faults[i], name), line(b.faults[i], name));
  }
}

TEST(Nemesis, KeepsWithinItsMix) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    Choices choices(seed);
    const FaultMix mix = every_kind(2);
    std::set<uint32_t> ids;
    for (const Fault& fault : draw_plan(choices, mix, kServers, kEveryone).faults) {
      EXPECT_TRUE(ids.insert(fault.id).second);
      EXPECT_GE(fault.begin.at, mix.begin);
      EXPECT_LE(fault.begin.at, mix.end);
      EXPECT_GE(fault.duration, 100ms);
      EXPECT_LE(fault.duration, 2s);
      ASSERT_FALSE(fault.targets.empty());
      for (const NodeId target : fault.targets) {
        EXPECT_EQ(std::count(fault.others.begin(), fault.others.end(), target), 0);
      }
    }
  }
}

TEST(Nemesis, PartitionsEverySplitOfTheServers) {
  std::set<std::vector<NodeId>> sides;
  FaultMix mix{.doses = {{.kind = FaultKind::kPartition, .slots = 1, .odds = Ratio(1, 1)}}};
  for (uint64_t seed = 0; seed < 300; ++seed) {
    Choices choices(seed);
    sides.insert(draw_plan(choices, mix, kServers, kServers).faults.at(0).targets);
  }
  EXPECT_EQ(sides.size(), 6u);  // every subset but none and all
}

TEST(Nemesis, LeavingOneFaultOutMovesNoOther) {
  Choices logged(5);
  logged.start_logging();
  const FaultPlan plan = draw_plan(logged, every_kind(4), kServers, kEveryone);
  std::vector<ChoiceRecord> fewer = logged.log();
  ASSERT_GT(fewer.size(), 3u);
  fewer.erase(fewer.begin() + 1);
  Choices replayed(5);
  replayed.replay_faults(fewer);
  const FaultPlan rest = draw_plan(replayed, every_kind(4), kServers, kEveryone);
  ASSERT_EQ(rest.faults.size() + 1, plan.faults.size());
  std::set<std::string> lines;
  for (const Fault& fault : plan.faults) lines.insert(line(fault, name));
  for (const Fault& fault : rest.faults) EXPECT_TRUE(lines.contains(line(fault, name)));
}

TEST(FaultPlan, ReadsLikeASchedule) {
  const Fault crash{.id = 1001,
                    .kind = FaultKind::kCrash,
                    .begin = {.node = NodeId{3}, .disk_operation = 17},
                    .duration = 800ms,
                    .targets = {NodeId{3}}};
  EXPECT_EQ(line(crash, name), "1001  crash n3  after disk operation 17 of n3 for 0.800s");
  const Fault cut{.id = 2003,
                  .kind = FaultKind::kPartition,
                  .begin = {.at = kStart + 4200ms},
                  .duration = 1900ms,
                  .targets = {NodeId{1}, NodeId{2}},
                  .others = {NodeId{3}}};
  EXPECT_EQ(line(cut, name), "2003  partition n1 n2 | n3  from 4.200s for 1.900s");
}

}  // namespace
}  // namespace seedbed

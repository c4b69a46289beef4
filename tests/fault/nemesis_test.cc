#include "sim/fault/nemesis.h"

#include <gtest/gtest.h>

#include <set>

#include "sim/fault/catalogue.h"

namespace seedbed {
namespace {

const Topology kTopology{
    .servers = {NodeId{1}, NodeId{2}, NodeId{3}}, .clients = {NodeId{4}, NodeId{5}}, .zones = 2};

std::string name(NodeId id) { return "n" + std::to_string(number(id)); }

FaultMix every_kind(uint32_t slots) {
  FaultMix mix;
  for (const FaultInfo& fault : fault_catalogue()) {
    if (fault.is_rate()) continue;
    mix.doses.push_back(
        {.kind = fault.kind, .slots = slots, .min_magnitude = 1, .max_magnitude = 100});
  }
  return mix;
}

TEST(Nemesis, DrawsTheSamePlanFromTheSameSeed) {
  Choices one(3), two(3);
  const FaultPlan a = draw_plan(one, every_kind(3), kTopology);
  const FaultPlan b = draw_plan(two, every_kind(3), kTopology);
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
    for (const Fault& fault : draw_plan(choices, mix, kTopology).faults) {
      EXPECT_TRUE(ids.insert(fault.id).second);
      EXPECT_GE(fault.begin.at, mix.begin);
      EXPECT_LE(fault.begin.at, mix.end);
      EXPECT_GE(fault.duration, 100ms);
      EXPECT_LE(fault.duration, 2s);
      EXPECT_EQ(fault.targets.empty(), info(fault.kind).aim == Aim::kLeader);
      if (info(fault.kind).aim == Aim::kLost) continue;  // pairs
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
    sides.insert(draw_plan(choices, mix, {.servers = kTopology.servers}).faults.at(0).targets);
  }
  EXPECT_EQ(sides.size(), 6u);  // every subset but none and all
}

TEST(Nemesis, LeavesAnyOneServerBetweenTwoGroups) {
  const Topology five{.servers = {NodeId{1}, NodeId{2}, NodeId{3}, NodeId{4}, NodeId{5}},
                      .clients = {NodeId{6}}};
  std::set<NodeId> between;
  FaultMix mix{.doses = {{.kind = FaultKind::kBridgePartition, .slots = 1, .odds = Ratio(1, 1)}}};
  for (uint64_t seed = 0; seed < 300; ++seed) {
    Choices choices(seed);
    const Fault fault = draw_plan(choices, mix, five).faults.at(0);
    std::set<NodeId> all(five.servers.begin(), five.servers.end());
    all.insert(NodeId{6});
    for (const NodeId node : fault.targets) all.erase(node);
    for (const NodeId node : fault.others) all.erase(node);
    ASSERT_EQ(all.size(), 1u);
    between.insert(*all.begin());
  }
  EXPECT_EQ(between, std::set<NodeId>(five.servers.begin(), five.servers.end()));
}

TEST(Nemesis, DrawsRingsInEveryOrder) {
  std::set<std::vector<NodeId>> orders;
  FaultMix mix{.doses = {{.kind = FaultKind::kRingPartition, .slots = 1, .odds = Ratio(1, 1)}}};
  for (uint64_t seed = 0; seed < 300; ++seed) {
    Choices choices(seed);
    orders.insert(draw_plan(choices, mix, kTopology).faults.at(0).targets);
  }
  EXPECT_EQ(orders.size(), 6u);
}

TEST(Nemesis, LeavingOneKindOutMovesNoOther) {
  Choices choices(5);
  FaultMix mix = every_kind(4);
  const FaultPlan plan = draw_plan(choices, mix, kTopology);
  std::erase_if(mix.doses, [](const FaultDose& dose) { return dose.kind == FaultKind::kCrash; });
  const FaultPlan rest = draw_plan(choices, mix, kTopology);
  std::set<std::string> lines;
  size_t crashes = 0;
  for (const Fault& fault : plan.faults) {
    lines.insert(line(fault, name));
    if (fault.kind == FaultKind::kCrash) ++crashes;
  }
  ASSERT_GT(crashes, 0u);
  EXPECT_EQ(rest.faults.size() + crashes, plan.faults.size());
  for (const Fault& fault : rest.faults) EXPECT_TRUE(lines.contains(line(fault, name)));
}

// The servers of which each still has links in both directions with `others` of them.
std::set<NodeId> core_of(std::set<NodeId> servers, const Fault& fault, size_t others) {
  std::set<std::pair<NodeId, NodeId>> lost;
  for (size_t i = 0; i < fault.targets.size(); ++i) {
    lost.insert({fault.targets[i], fault.others[i]});
    lost.insert({fault.others[i], fault.targets[i]});
  }
  for (bool smaller = true; smaller;) {
    smaller = false;
    for (const NodeId one : std::set<NodeId>(servers)) {
      size_t linked = 0;
      for (const NodeId other : servers) linked += other != one && !lost.contains({one, other});
      if (linked >= others) continue;
      servers.erase(one);
      smaller = true;
    }
  }
  return servers;
}

TEST(Nemesis, APartialPartitionLeavesServersThatReachAMajorityOfEachOther) {
  for (const uint32_t size : {3u, 4u, 5u, 7u}) {
    Topology topology;
    for (uint32_t id = 1; id <= size; ++id) topology.servers.push_back(NodeId{id});
    const std::set<NodeId> all(topology.servers.begin(), topology.servers.end());
    const FaultMix mix{
        .doses = {{.kind = FaultKind::kPartialPartition, .slots = 1, .odds = Ratio(1, 1)}}};
    std::set<size_t> cores;
    size_t one_way = 0;
    for (uint64_t seed = 0; seed < 300; ++seed) {
      Choices choices(seed);
      const Fault fault = draw_plan(choices, mix, topology).faults.at(0);
      ASSERT_FALSE(fault.targets.empty());
      ASSERT_EQ(fault.targets.size(), fault.others.size());
      cores.insert(core_of(all, fault, size / 2).size());
      one_way += line(fault, name).find("-/->") != std::string::npos ? 1 : 0;
    }
    EXPECT_GT(*cores.begin(), size / 2) << size;
    EXPECT_EQ(*cores.rbegin(), size);
    EXPECT_GT(cores.size(), 1u);  // of some, servers are left out
    EXPECT_GT(one_way, 100u);
  }
}

TEST(Nemesis, DrawsWhatStaysForGood) {
  FaultMix mix{.doses = {{.kind = FaultKind::kSlowDisk, .slots = 1, .odds = Ratio(1, 1)}}};
  const auto for_good = [&mix](Ratio odds) {
    mix.doses[0].for_good = odds;
    size_t count = 0;
    for (uint64_t seed = 0; seed < 300; ++seed) {
      Choices choices(seed);
      count += draw_plan(choices, mix, kTopology).faults.at(0).for_good ? 1 : 0;
    }
    return count;
  };
  EXPECT_EQ(for_good(Ratio()), 0u);
  EXPECT_NEAR(static_cast<double>(for_good(Ratio(1, 3))), 100, 30);
}

TEST(Nemesis, KnowsZones) {
  EXPECT_EQ(kTopology.zone(0), (std::vector<NodeId>{NodeId{1}, NodeId{3}}));
  EXPECT_EQ(kTopology.zone(1), (std::vector<NodeId>{NodeId{2}}));
}

TEST(FaultPlan, ReadsLikeASchedule) {
  const Fault crash{.id = 1001,
                    .kind = FaultKind::kCrash,
                    .begin = {.node = NodeId{3}, .deed = Deed::kDiskOperation, .nth = 17},
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
  const Fault lost{.id = 23001,
                   .kind = FaultKind::kPartialPartition,
                   .begin = {.at = kStart + 4s},
                   .duration = 1s,
                   .targets = {NodeId{1}, NodeId{1}, NodeId{2}},
                   .others = {NodeId{2}, NodeId{3}, NodeId{1}},
                   .for_good = true};
  EXPECT_EQ(line(lost, name), "23001  partial_partition n1|n2 n1-/->n3  from 4.000s for good");
}

}  // namespace
}  // namespace seedbed

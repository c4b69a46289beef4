#include <algorithm>

#include "tests/fault/fault_world.h"

namespace seedbed {
namespace {

uint64_t count(const FaultWorld& world, EventKind kind) {
  return static_cast<uint64_t>(
      std::count_if(world.happenings.all.begin(), world.happenings.all.end(),
                    [&](const auto& event) { return std::get<0>(event) == kind; }));
}

TEST(ProcessFaults, FireAndMatter) {
  expect_to_fire_and_matter(FaultKind::kPause, 0);
  expect_to_fire_and_matter(FaultKind::kCrashLoop, 3);
  expect_to_fire_and_matter(FaultKind::kZonePowerLoss, 0);
  expect_to_fire_and_matter(FaultKind::kPowerLoss, 0);
}

TEST(ProcessFaults, ACrashLoopCrashesAsOftenAsItSays) {
  FaultWorld world;
  world.run(plan_of(FaultKind::kCrashLoop, 5, 3s));
  EXPECT_EQ(count(world, EventKind::kCrash), 5u);  // the other crash finds the machine taken
  EXPECT_EQ(world.injector->suppressed(), 1u);
  EXPECT_TRUE(world.world.node(NodeId{1}).up());
}

TEST(ProcessFaults, ACrashLoopThatIsCutShortLeavesTheMachineUp) {
  for (int64_t ms = 1; ms < 400; ms += 7) {
    FaultWorld world;
    world.run(plan_of(FaultKind::kCrashLoop, 50, std::chrono::milliseconds(ms)));
    EXPECT_TRUE(world.world.node(NodeId{1}).up()) << ms;
  }
}

TEST(ProcessFaults, PowerLossTakesEverybodyAtOneInstant) {
  FaultWorld world;
  world.run(plan_of(FaultKind::kPowerLoss, 0, 500ms));
  std::vector<Time> crashes;
  for (const auto& [kind, node, time, id, value] : world.happenings.all) {
    if (kind == EventKind::kCrash) crashes.push_back(time);
  }
  ASSERT_EQ(crashes.size(), 4u);
  for (size_t i = 0; i < 3; ++i) EXPECT_EQ(crashes[i], kStart + 100ms);
}

TEST(ProcessFaults, PowerLossIsForProtocolsThatSurviveIt) {
  FaultWorld world;
  world.options.allowed = {.servers_down = 1};
  world.run(plan_of(FaultKind::kPowerLoss, 0));
  EXPECT_EQ(world.injector->fired(FaultKind::kPowerLoss), 0u);
  FaultWorld survives;
  survives.options.promised =
      survives.options.allowed = {.servers_down = 1, .survives_power_loss = true};
  survives.run(plan_of(FaultKind::kPowerLoss, 0, 500ms));
  EXPECT_EQ(survives.injector->fired(FaultKind::kPowerLoss), 1u);
  EXPECT_TRUE(survives.happenings.assumptions.empty());
}

// Left out, unless a scenario asks for more than was promised.
TEST(ProcessFaults, GoingBackIsForProtocolsThatSurviveIt) {
  const auto run = [](bool promised, bool allowed) {
    FaultWorld world;
    world.options.promised = {.servers_down = 1, .goes_back = promised};
    world.options.allowed = {.servers_down = 1, .goes_back = allowed};
    Node& node = world.world.node(world.servers[0]);
    node.install(1);
    world.run(plan_of(FaultKind::kDowngrade, 0, 500ms));
    EXPECT_EQ(node.version(), allowed ? 0u : 1u);
    return world.happenings.assumptions;
  };
  EXPECT_TRUE(run(true, true).empty());
  EXPECT_TRUE(run(false, false).empty());
  EXPECT_EQ(run(false, true), std::vector<std::string>{"versions_stay"});
}

}  // namespace
}  // namespace seedbed

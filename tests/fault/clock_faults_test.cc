#include "tests/fault/fault_world.h"

namespace seedbed {
namespace {

TEST(ClockFaults, FireAndMatter) {
  expect_to_fire_and_matter(FaultKind::kClockDrift, 10'000);
  expect_to_fire_and_matter(FaultKind::kClockJump, -3'000);
  expect_to_fire_and_matter(FaultKind::kClockFreeze, 0);
  expect_to_fire_and_matter(FaultKind::kLeapSmear, 1'000'000);
  expect_to_fire_and_matter(FaultKind::kLyingClock, 50'000);
}

TEST(ClockFaults, BreakAnAssumptionBeyondTheirBounds) {
  for (const FaultInfo& row : clock_faults()) {
    FaultWorld world({}, {.servers_down = 1});
    world.run(plan_of(row.kind, 1'000));
    EXPECT_EQ(world.happenings.assumptions, std::vector<std::string>{"clocks_agree"}) << row.name;
  }
}

TEST(ClockFaults, LeaveTheClockAsItWasWhenTheyOverlapAndEnd) {
  FaultWorld world;
  FaultPlan plan;
  for (const FaultKind kind :
       {FaultKind::kClockDrift, FaultKind::kClockJump, FaultKind::kClockFreeze}) {
    plan.faults.push_back(plan_of(kind, 700, 900ms).faults[0]);
    plan.faults.push_back(plan_of(kind, -300, 400ms).faults[0]);
  }
  for (uint32_t id = 1; id <= plan.faults.size(); ++id) {
    plan.faults[id - 1].id = id;
    plan.faults[id - 1].begin.at += Duration(10ms) * id;
  }
  world.run(std::move(plan));
  Node& node = world.world.node(NodeId{1});
  EXPECT_EQ(node.clock().drift_ppb(), 0);
  EXPECT_EQ(nanoseconds(node.wall_now()), nanoseconds(node.clock().now(world.scheduler.now())));
}

TEST(ClockFaults, ASmearGainsItsMagnitudeInAll) {
  FaultWorld world;
  world.run(plan_of(FaultKind::kLeapSmear, 1'000'000, 3s));
  Node& node = world.world.node(NodeId{1});
  const int64_t gained =
      nanoseconds(node.wall_now()) - nanoseconds(node.clock().now(world.scheduler.now()));
  EXPECT_NEAR(static_cast<double>(gained), 1e9, 10.0);
}

}  // namespace
}  // namespace seedbed

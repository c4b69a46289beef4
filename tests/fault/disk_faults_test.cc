#include "tests/fault/fault_world.h"

namespace seedbed {
namespace {

TEST(DiskFaults, FireAndMatter) {
  expect_to_fire_and_matter(FaultKind::kSlowDisk, 5'000);
  expect_to_fire_and_matter(FaultKind::kDiskStall, 0);
  expect_to_fire_and_matter(FaultKind::kDiskFull, 0);
  expect_to_fire_and_matter(FaultKind::kLyingSync, 1000);
  expect_to_fire_and_matter(FaultKind::kPhantomWrite, 1000);
  expect_to_fire_and_matter(FaultKind::kMisdirectedWrite, 1000);
  expect_to_fire_and_matter(FaultKind::kMisdirectedRead, 1000);
  expect_to_fire_and_matter(FaultKind::kBitRot, 3);
  expect_to_fire_and_matter(FaultKind::kWipedDisk, 0);
  expect_to_fire_and_matter(FaultKind::kRestoredDisk, 0);
}

void expect_rate_to_fire_and_matter(FaultKind kind, DiskOptions options) {
  FaultWorld with(options);
  with.run({});
  FaultWorld without;
  without.run({});
  EXPECT_GT(with.injector->fired(kind), 0u) << to_string(kind);
  EXPECT_NE(with.happenings.all, without.happenings.all) << to_string(kind);
}

TEST(DiskFaults, ErrorsFireAndMatter) {
  expect_rate_to_fire_and_matter(FaultKind::kReadError, {.read_error = Ratio(1, 50)});
  expect_rate_to_fire_and_matter(FaultKind::kWriteError, {.write_error = Ratio(1, 50)});
  expect_rate_to_fire_and_matter(FaultKind::kSyncError, {.sync_error = Ratio(1, 50)});
}

TEST(DiskFaults, ThatBreakTheirWordBreakAnAssumption) {
  for (const FaultInfo& row : disk_faults()) {
    if (!takes_disks(row.cost)) continue;
    FaultWorld world({}, {.servers_down = 1});
    world.run(plan_of(row.kind, 100));
    EXPECT_EQ(world.happenings.assumptions, std::vector<std::string>{"disks_keep"}) << row.name;
  }
}

TEST(DiskFaults, HitNoMoreDisksThanTheyMay) {
  FaultWorld world;
  world.options.allowed.disks_lost = 1;
  FaultPlan plan = plan_of(FaultKind::kBitRot, 1);
  plan.faults.push_back(plan.faults[0]);
  plan.faults[1].targets = {NodeId{2}};
  plan.faults[1].id = 2;
  plan.faults.push_back(plan.faults[0]);
  plan.faults[2].id = 3;
  world.run(std::move(plan));
  EXPECT_EQ(world.injector->suppressed(), 1u);
  EXPECT_EQ(world.injector->applied().faults.size(), 3u);  // twice n1's disk, and the crash
}

TEST(DiskFaults, AWipedDiskCountsAsAServerThatIsDown) {
  FaultWorld world;
  world.options.allowed.servers_down = 0;
  world.run(plan_of(FaultKind::kWipedDisk, 0));
  EXPECT_EQ(world.injector->fired(FaultKind::kWipedDisk), 0u);
}

// Counts what has fired when it is asked.
class CountAt final : public Action {
 public:
  CountAt(FaultWorld& world, Time at) : world_(world) { world.scheduler.schedule(*this, at); }
  ~CountAt() { world_.scheduler.cancel(*this); }
  void fire() override { count = world_.world.disk_faults().read_errors; }
  uint64_t count = 0;

 private:
  FaultWorld& world_;
};

TEST(DiskFaults, HealingEndsTheErrors) {
  FaultWorld world({.read_error = Ratio(1, 10)});
  world.injector = std::make_unique<Injector>(world.world, world.options, FaultPlan());
  world.injector->arm(kStart + 1s);
  CountAt at_healing(world, kStart + 1s);
  world.scheduler.run();
  EXPECT_GT(at_healing.count, 0u);
  EXPECT_EQ(world.world.disk_faults().read_errors, at_healing.count);
}

}  // namespace
}  // namespace seedbed

#include "sim/fault/injector.h"

#include <gtest/gtest.h>

namespace seedbed {
namespace {

class Idle final : public Process {
 public:
  explicit Idle(Env& env) : env_(env) {}
  void start() override {
    for (uint64_t i = 0;; ++i) {
      env_.disk().write("log", i, "x").then([](const Result<Nothing>&) {});
      env_.sleep(10ms);
    }
  }

 private:
  Env& env_;
};

class InjectorTest : public ::testing::Test {
 public:
  InjectorTest() {
    for (const char* name : {"n1", "n2", "n3"}) {
      const ProcessFactory idle = [](Env& env) { return std::make_unique<Idle>(env); };
      servers.push_back(world.add_node({.name = name,
                                        .process = idle,
                                        .earlier = {idle, idle},
                                        .version = 1,
                                        .disk = {},
                                        .clock = Clock()}));
      world.start(servers.back());
    }
  }
  void run(FaultPlan plan) {
    injector = std::make_unique<Injector>(
        world,
        InjectorOptions{.promised = promised, .allowed = allowed, .topology = {.servers = servers}},
        std::move(plan));
    scheduler.stream().watch(*injector);
    injector->arm(end_of_faults);
    scheduler.run();
  }
  Fault fault(FaultKind kind, Duration at, Duration duration, int64_t magnitude = 0) {
    return {.id = ++ids,
            .kind = kind,
            .begin = {.at = kStart + at},
            .duration = duration,
            .targets = {servers[0]},
            .others = {servers[1], servers[2]},
            .magnitude = magnitude};
  }

  Choices choices{1};
  StackPool stacks;
  Scheduler scheduler{choices, stacks, {.limits = {.end = kStart + 5s}}};
  World world{scheduler, {}};
  std::vector<NodeId> servers;
  std::unique_ptr<Injector> injector;
  uint32_t ids = 0;
  Tolerance promised{.servers_down = 1, .clock_drift_ppm = 100};
  Tolerance allowed = promised;
  Time end_of_faults = kNever;
};

TEST_F(InjectorTest, AppliesAndLiftsEveryKind) {
  promised = {.servers_down = 3,
              .survives_power_loss = true,
              .disks_lost = 3,
              .clock_drift_ppm = 100,
              .clock_error = 1s};
  allowed = promised;
  FaultPlan plan;
  Duration at = 100ms;
  for (const FaultInfo& row : fault_catalogue()) {
    if (row.is_rate()) continue;
    plan.faults.push_back(fault(row.kind, at, 50ms, 100));
    at += 100ms;
  }
  const size_t faults = plan.faults.size();
  run(std::move(plan));
  EXPECT_EQ(injector->applied().faults.size(), faults);
  for (const FaultInfo& row : fault_catalogue()) {
    if (row.fired == nullptr && !row.is_rate()) {
      EXPECT_EQ(injector->fired(row.kind), 1u) << row.name;
    }
  }
  EXPECT_GE(number(world.node(servers[0]).incarnation()), 2u);
  EXPECT_FALSE(world.node(servers[0]).paused());
  EXPECT_FALSE(world.network().is_cut(servers[0], servers[1]));
  EXPECT_EQ(world.node(servers[0]).clock().drift_ppb(), 0);
}

TEST_F(InjectorTest, SuppressesWhatTheProtocolDoesNotSurvive) {
  FaultPlan plan;
  plan.faults.push_back(fault(FaultKind::kCrash, 100ms, 1s));
  plan.faults.push_back(fault(FaultKind::kPause, 200ms, 1s));
  plan.faults.back().targets = {servers[1]};
  plan.faults.push_back(fault(FaultKind::kClockDrift, 200ms, 1s, 101));
  run(std::move(plan));
  EXPECT_EQ(injector->fired(FaultKind::kCrash), 1u);
  EXPECT_EQ(injector->fired(FaultKind::kPause), 0u);
  EXPECT_EQ(injector->fired(FaultKind::kClockDrift), 0u);
  EXPECT_EQ(injector->suppressed(), 2u);
}

TEST_F(InjectorTest, CrashesRightAfterADiskOperation) {
  FaultPlan plan;
  Fault crash = fault(FaultKind::kCrash, 0ms, 1s);
  crash.begin = {.node = servers[0], .deed = Deed::kDiskOperation, .nth = 5};
  plan.faults.push_back(crash);
  struct Counter : EventSink {
    EventKinds interests() const override {
      return EventKinds(EventKind::kDiskSubmit, EventKind::kCrash);
    }
    void on_event(const TraceEvent& event) override {
      if (event.node != NodeId{1} || crashed) return;
      if (event.kind == EventKind::kCrash)
        crashed = true;
      else
        ++submitted;
    }
    int submitted = 0;
    bool crashed = false;
  } counter;
  scheduler.stream().watch(counter);
  run(std::move(plan));
  EXPECT_TRUE(counter.crashed);
  EXPECT_EQ(counter.submitted, 5);
}

TEST_F(InjectorTest, AnnouncesWhatGoesBeyondThePromise) {
  struct Watch : EventSink {
    EventKinds interests() const override { return EventKinds(EventKind::kAssumption); }
    void on_event(const TraceEvent& event) override { names.emplace_back(event.name); }
    std::vector<std::string> names;
  } watch;
  scheduler.stream().watch(watch);
  allowed.servers_down = 2;
  FaultPlan plan;
  plan.faults.push_back(fault(FaultKind::kCrash, 100ms, 1s));
  plan.faults.push_back(fault(FaultKind::kPause, 200ms, 1s));
  plan.faults.back().targets = {servers[1]};
  run(std::move(plan));
  EXPECT_EQ(injector->fired(FaultKind::kPause), 1u);
  EXPECT_EQ(watch.names, std::vector<std::string>{"servers_up"});
}

TEST_F(InjectorTest, LeavesServersOutsideOfTheCoreToTheirFate) {
  choices.override_with({{.site = "liveness.outside", .scope = "n2", .value = 2}});  // down
  end_of_faults = kStart + 1s;
  run({});
  EXPECT_TRUE(world.node(servers[0]).up());
  EXPECT_FALSE(world.node(servers[1]).up());
  EXPECT_TRUE(world.node(servers[2]).up());
}

TEST_F(InjectorTest, KeepsWhatAilsAServerOutsideOfTheCore) {
  choices.override_with({{.site = "liveness.outside", .scope = "n1", .value = 1}});  // as it is
  FaultPlan plan;
  plan.faults.push_back(fault(FaultKind::kPartition, 100ms, 2s));
  plan.faults.push_back(fault(FaultKind::kCrash, 100ms, 2s));
  plan.faults.back().others.clear();
  end_of_faults = kStart + 1s;
  run(std::move(plan));
  EXPECT_FALSE(world.node(servers[0]).up());
  EXPECT_FALSE(world.network().is_cut(servers[0], servers[1]));
}

TEST_F(InjectorTest, CutsServersOutsideOfTheCoreOff) {
  choices.override_with({{.site = "liveness.outside", .scope = "n1", .value = 4}});  // deaf
  end_of_faults = kStart + 1s;
  run({});
  EXPECT_FALSE(world.network().is_cut(servers[0], servers[1]));
  EXPECT_TRUE(world.network().is_cut(servers[1], servers[0]));
  EXPECT_FALSE(world.network().is_cut(servers[1], servers[2]));
}

// What is there for good, links first of all: then no server is left outside as well.
TEST_F(InjectorTest, HealsAllButWhatIsThereForGood) {
  struct Cuts final : EventSink {
    EventKinds interests() const override { return EventKinds(EventKind::kCut); }
    void on_event(const TraceEvent& event) override { links.emplace_back(event.node, event.peer); }
    std::vector<std::pair<NodeId, NodeId>> links;
  } cuts;
  scheduler.stream().watch(cuts);
  choices.override_with({{.site = "liveness.outside", .scope = "n2", .value = 2}});  // down
  FaultPlan plan;
  plan.faults.push_back(fault(FaultKind::kPartialPartition, 100ms, 200ms));
  plan.faults.back().for_good = true;
  plan.faults.push_back(fault(FaultKind::kPartition, 100ms, 4s));
  plan.faults.push_back(fault(FaultKind::kSlowDisk, 100ms, 200ms, 1000));
  plan.faults.back().for_good = true;
  end_of_faults = kStart + 1s;
  run(std::move(plan));
  EXPECT_TRUE(world.network().is_cut(servers[0], servers[1]));
  EXPECT_FALSE(world.network().is_cut(servers[1], servers[0]));
  EXPECT_FALSE(world.network().is_cut(servers[0], servers[2]));
  EXPECT_EQ(cuts.links, (std::vector{std::pair(servers[0], servers[1])}));
  EXPECT_TRUE(world.node(servers[1]).up());
}

TEST_F(InjectorTest, HealingEndsEverythingAndBeginsNothing) {
  choices.replay_faults({});  // everybody is in the core
  FaultPlan plan;
  plan.faults.push_back(fault(FaultKind::kCrash, 100ms, 4s));
  plan.faults.push_back(fault(FaultKind::kPartition, 100ms, 4s));
  plan.faults.push_back(fault(FaultKind::kPause, 2s, 1s));
  plan.faults.back().targets = {servers[1]};
  end_of_faults = kStart + 1s;
  run(std::move(plan));
  EXPECT_TRUE(world.node(servers[0]).up());
  EXPECT_FALSE(world.network().is_cut(servers[0], servers[1]));
  EXPECT_EQ(injector->fired(FaultKind::kPause), 0u);
}

}  // namespace
}  // namespace seedbed

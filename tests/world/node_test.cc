// How processes end and start again.
#include "tests/world/fixture.h"
#include "tests/world/wire.pb.h"

namespace seedbed {
namespace {

constexpr NodeId n1{1};

class NodeTest : public WorldTest {
 protected:
  std::vector<Time> times_of(EventKind kind) const {
    std::vector<Time> times;
    for (const KeptEvent& event : kept.events) {
      if (event.kind == kind) times.push_back(event.time);
    }
    return times;
  }
};

TEST_F(NodeTest, AProcessThatStopsItselfIsStartedAgain) {
  bool went_on = false;
  uint64_t beats = 0;
  add("n1", [&](Env& env) {
    if (number(env.incarnation()) > 1) return;
    env.spawn("other", [&] {
      for (;;) {
        env.sleep(100ms);
        ++beats;
      }
    });
    env.sleep(1s);
    env.fail_stop("the disk failed");
    went_on = true;
  });
  world.start(n1);
  scheduler.run();
  EXPECT_FALSE(went_on);
  EXPECT_LE(beats, 10u);
  EXPECT_EQ(times_of(EventKind::kCrash), std::vector<Time>{kStart + 1s});
  const std::vector<Time> starts = times_of(EventKind::kStart);
  ASSERT_EQ(starts.size(), 2u);
  EXPECT_GE(starts[1], kStart + 1100ms);
  EXPECT_LE(starts[1], kStart + 2s);
  for (const KeptEvent& event : kept.events) {
    if (event.kind == EventKind::kCrash) {
      EXPECT_EQ(event.bytes, "the disk failed");
    }
  }
}

TEST_F(NodeTest, AClockRunsOnHoweverMuchItIsSlowedDown) {
  NodeTime before{}, after{};
  add("n1", [&](Env& env) {
    before = env.now();
    env.sleep(100ms);
    after = env.now();
  });
  for (int i = 0; i < 2; ++i) world.node(n1).add_drift(-600'000'000);
  world.start(n1);
  scheduler.run();
  EXPECT_EQ(after - before, 100ms);
  EXPECT_EQ(scheduler.now(), kStart + 1s);  // a tenth of its rate
}

TEST_F(NodeTest, LosesWhatWasNotDurableWhenItStopsItself) {
  bool empty = false;
  add("n1",
      [&](Env& env) {
        if (number(env.incarnation()) == 1) {
          EXPECT_TRUE(env.disk().write("log", 0, "x").await().ok());
          env.fail_stop("a test");
        }
        empty = env.disk().list().await()->empty();
      },
      {.lose_unsynced = Ratio(1, 1), .lose_unsynced_name = Ratio(1, 1)});
  world.start(n1);
  scheduler.run();
  EXPECT_TRUE(empty);
}

TEST_F(NodeTest, StartsWhenTheLastOfThoseWhoCutItsPowerGivesItBack) {
  add("n1", [](Env&) {});
  world.start(n1);
  at(1s, [&] { world.node(n1).cut_power(); });
  at(2s, [&] { world.node(n1).cut_power(); });
  at(3s, [&] { world.node(n1).restore_power(); });
  at(4s, [&] { world.node(n1).restore_power(); });
  scheduler.run();
  EXPECT_EQ(times_of(EventKind::kCrash), std::vector<Time>{kStart + 1s});
  EXPECT_EQ(times_of(EventKind::kStart), (std::vector<Time>{kStart, kStart + 4s}));
}

TEST_F(NodeTest, TheSupervisorStartsNoMachineWithoutPower) {
  add("n1", [](Env& env) {
    if (number(env.incarnation()) == 1) env.fail_stop("a test");
  });
  at(10ms, [&] { world.node(n1).cut_power(); });
  at(5s, [&] { world.node(n1).restore_power(); });
  world.start(n1);
  scheduler.run();
  EXPECT_EQ(times_of(EventKind::kStart), (std::vector<Time>{kStart, kStart + 5s}));
}

TEST_F(NodeTest, APowerCutInTheInstantOfAFailStopIsOneCrash) {
  add("n1", [](Env& env) {
    if (number(env.incarnation()) > 1) return;
    env.sleep(1s);
    env.fail_stop("a test");
  });
  world.start(n1);
  at(1s, [&] { world.node(n1).cut_power(); });
  at(2s, [&] { world.node(n1).restore_power(); });
  scheduler.run();
  EXPECT_EQ(times_of(EventKind::kCrash).size(), 1u);
  EXPECT_EQ(times_of(EventKind::kStart).size(), 2u);
}

TEST_F(NodeTest, ADoomedProcessDoesNothingAnyMore) {
  add("n1", [&](Env& env) {
    env.send(NodeId{2}, wire::Note());
    world.node(n1).doom();
    env.send(NodeId{2}, wire::Note());
    env.reached("said after its death");
    (void)env.disk().write("log", 0, "x").await();
    env.reached("lived on");
  });
  add("n2", [](Env& env) { env.on<wire::Note>([](NodeId, const wire::Note&) {}); });
  at(1ms, [&] { world.node(n1).crash(); });
  start_all();
  scheduler.run();
  EXPECT_EQ(kept.count(EventKind::kSend), 1u);
  EXPECT_EQ(kept.count(EventKind::kReceive), 1u);
  EXPECT_EQ(kept.count(EventKind::kReached), 0u);
  EXPECT_EQ(kept.count(EventKind::kDiskSubmit), 0u);
  EXPECT_EQ(kept.count(EventKind::kCrash), 1u);
}

TEST_F(NodeTest, AProcessThatHoldsTooMuchIsKilledAndStartedAgain) {
  std::vector<bool> survived;
  add("n1", [&](Env& env) {
    env.holds("a", 600);
    env.holds("b", 300);
    env.sleep(1s);
    env.holds("a", 800);  // instead of the 600
    env.sleep(1s);
    survived.push_back(true);
  });
  at(500ms, [&] { world.node(n1).limit_memory(1000); });
  at(1500ms, [&] { world.node(n1).limit_memory(0); });
  world.start(n1);
  scheduler.run();
  EXPECT_EQ(world.node(n1).memory_kills(), 1u);
  EXPECT_EQ(times_of(EventKind::kCrash), std::vector<Time>{kStart + 1s});
  EXPECT_EQ(kept.count(EventKind::kStart), 2u);
  EXPECT_EQ(survived.size(), 1u);
}

TEST_F(NodeTest, MessagesThatWaitForAPausedProcessTakeMemory) {
  add("n1", [](Env& env) { env.on<wire::Note>([](NodeId, const wire::Note&) {}); });
  add("n2", [](Env& env) {
    for (int i = 0; i < 100; ++i) env.send(n1, wire::Note());
  });
  start_all();
  at(0s, [&] {
    world.node(n1).pause();
    world.node(n1).limit_memory(10 << 10);
  });
  scheduler.run();
  EXPECT_EQ(world.node(n1).memory_kills(), 1u);
}

TEST_F(NodeTest, ABacklogDoesNotOutliveTheSlownessThatCausedIt) {
  std::vector<Time> handled;
  add("n1", [&](Env& env) {
    env.on<wire::Note>([&](NodeId, const wire::Note&) { handled.push_back(scheduler.now()); });
  });
  add("n2", [](Env& env) {
    for (int i = 0; i < 50; ++i) env.send(n1, wire::Note());
  });
  world.node(n1).add_service_time(1s);
  start_all();
  at(2500ms, [&] { world.node(n1).add_service_time(-1s); });
  scheduler.run();
  ASSERT_EQ(handled.size(), 50u);
  EXPECT_LT(handled[1], kStart + 2500ms);
  EXPECT_EQ(handled[2], kStart + 2500ms);
  EXPECT_EQ(handled[49], kStart + 2500ms);
}

TEST_F(NodeTest, ANewVersionStartsOnTheOldDisk) {
  std::vector<std::string> started;
  std::string found;
  const auto version = [&](const char* name) {
    return [&started, &found, name](Env& env) {
      return std::make_unique<FunctionProcess>(env, [&started, &found, name](Env& own) {
        started.emplace_back(name);
        if (auto old = own.disk().read("log", 0, 9).await()) found = *old;
        (void)own.disk().write("log", 0, name).await();
        (void)own.disk().sync("log").await();
        (void)own.disk().sync_directory("").await();
      });
    };
  };
  world.add_node({.name = "n1", .process = version("new"), .earlier = {version("old")}});
  EXPECT_EQ(world.node(n1).versions(), 2u);
  world.start(n1);
  at(1s, [&] {
    world.node(n1).cut_power();
    world.node(n1).install(1);
    world.node(n1).restore_power();
  });
  scheduler.run();
  EXPECT_EQ(started, (std::vector<std::string>{"old", "new"}));
  EXPECT_EQ(found, "old");
  std::vector<uint64_t> versions;
  for (const KeptEvent& event : kept.events) {
    if (event.kind == EventKind::kStart) versions.push_back(event.value);
  }
  EXPECT_EQ(versions, (std::vector<uint64_t>{0, 1}));
}

}  // namespace
}  // namespace seedbed

// How processes end and start again.
#include "tests/world/fixture.h"

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

}  // namespace
}  // namespace seedbed

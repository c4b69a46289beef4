#include "sim/world/clock.h"

#include "tests/world/fixture.h"

namespace seedbed {
namespace {

NodeTime steady(Duration since_start) { return NodeTime(since_start); }
WallTime wall(Duration since_start) { return WallTime(since_start); }

TEST(WallClock, JumpsBackAndForthByTheSumOfItsJumps) {
  WallClock clock;
  clock.jump(3s);
  clock.jump(-5s);
  EXPECT_EQ(clock.now(kStart + 10s, steady(10s)), wall(8s));
  clock.jump(-3s);
  clock.jump(5s);
  EXPECT_EQ(clock.now(kStart + 10s, steady(10s)), wall(10s));
}

TEST(WallClock, StandsStillUntilTheLastThaw) {
  WallClock clock;
  clock.freeze(kStart + 1s, steady(1s));
  clock.freeze(kStart + 2s, steady(2s));
  EXPECT_EQ(clock.now(kStart + 3s, steady(3s)), wall(1s));
  clock.thaw();
  EXPECT_EQ(clock.now(kStart + 4s, steady(4s)), wall(1s));
  clock.thaw();
  EXPECT_EQ(clock.now(kStart + 5s, steady(5s)), wall(5s));
}

TEST(WallClock, KeepsWhatASmearHasGained) {
  WallClock clock;
  clock.add_rate(kStart + 10s, 100'000'000);
  clock.add_rate(kStart + 15s, 100'000'000);
  clock.add_rate(kStart + 20s, -200'000'000);
  EXPECT_EQ(clock.now(kStart + 30s, steady(30s)), wall(31'500ms));
}

class IntervalClockTest : public ::testing::Test {
 protected:
  static constexpr IntervalClockOptions kOptions{
      .min_period = 1s, .max_period = 5s, .uncertainty = 2ms, .declared_drift_ppm = 300};
  IntervalClock make(uint64_t seed) {
    choices = std::make_unique<Choices>(seed);
    return IntervalClock(*choices, choices->scope("n1"), kOptions);
  }
  static bool holds(const TimeInterval& interval, Time world) {
    const WallTime truth(world - kStart);
    return interval.earliest <= truth && truth <= interval.latest;
  }
  std::unique_ptr<Choices> choices;
};

TEST_F(IntervalClockTest, HoldsTheTrueTimeWhileTheClockDriftsNoMoreThanDeclared) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    IntervalClock interval = make(seed);
    Clock clock(std::chrono::seconds(seed), 300'000);
    for (Time world = kStart; world < kStart + 60s; world += 37ms) {
      ASSERT_TRUE(holds(interval.now(world, clock), world)) << seed;
      if (nanoseconds(world) % 5'000'000 != 0) continue;
      interval.catch_up(world, clock);
      clock.set_drift(world, -clock.drift_ppb());
    }
  }
}

TEST_F(IntervalClockTest, GrowsUntilTheNextSynchronisation) {
  IntervalClock interval = make(1);
  const Clock clock;
  Duration widest{};
  Duration before{};
  uint64_t shrunk = 0;
  for (Time world = kStart; world < kStart + 60s; world += 50ms) {
    const TimeInterval now = interval.now(world, clock);
    const Duration width = now.latest - now.earliest;
    if (width < before) ++shrunk;
    before = width;
    widest = std::max(widest, width);
  }
  EXPECT_GE(shrunk, 4u);
  EXPECT_LE(widest, 2 * (2ms + Duration(5s) * 302 / 1'000'000) + 2us);
}

TEST_F(IntervalClockTest, IsWrongIfTheClockDriftsMoreThanDeclared) {
  bool wrong = false;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    IntervalClock interval = make(seed);
    const Clock clock(0s, 20'000'000);
    for (Time world = kStart; world < kStart + 20s; world += 50ms) {
      wrong = wrong || !holds(interval.now(world, clock), world);
    }
  }
  EXPECT_TRUE(wrong);
}

TEST_F(IntervalClockTest, LiesByTheSumOfItsLies) {
  IntervalClock interval = make(1);
  const Clock clock;
  const TimeInterval honest = interval.now(kStart + 1s, clock);
  interval.lie(30ms);
  interval.lie(-10ms);
  const TimeInterval lie = interval.now(kStart + 1s, clock);
  EXPECT_EQ(lie.earliest - honest.earliest, 20ms);
  EXPECT_FALSE(holds(lie, kStart + 1s));
  interval.lie(-20ms);
  EXPECT_EQ(interval.now(kStart + 1s, clock), honest);
}

class EnvClockTest : public WorldTest {};

TEST_F(EnvClockTest, TheWallClockJumpsAndTheSteadyOneDoesNot) {
  add("n1", [&](Env& env) {
    const NodeTime steady_before = env.now();
    const WallTime wall_before = env.wall_now();
    env.sleep(2s);
    EXPECT_EQ(env.now() - steady_before, 2s);
    EXPECT_EQ(env.wall_now() - wall_before, -3s);
  });
  world.start(NodeId{1});
  at(1s, [&] { world.node(NodeId{1}).jump_wall_clock(-5s); });
  scheduler.run();
}

}  // namespace
}  // namespace seedbed

// Places in a process that may behave as they seldom do.
#include "tests/world/fixture.h"

namespace seedbed {
namespace {

constexpr Site kHere("test.here", ChoiceClass::kFault);
constexpr int kVisits = 1000;

struct Outcome {
  uint64_t fired = 0;
  uint64_t events = 0;
  std::vector<ChoiceRecord> log;
};

// A process that visits the place again and again, with a crash in the middle.
Outcome visit(uint64_t seed, Buggify odds, const std::vector<ChoiceRecord>* replayed = nullptr) {
  Outcome outcome;
  SmallWorld small({}, seed);
  if (replayed != nullptr) {
    small.choices.replay_faults(*replayed);
  } else {
    small.choices.start_logging();
  }
  const auto body = [&outcome](Env& env) {
    for (int i = 0; i < kVisits / 2; ++i) outcome.fired += env.buggify(kHere) ? 1 : 0;
  };
  small.world.add_node(
      {.name = "n1",
       .process = [&](Env& env) { return std::make_unique<FunctionProcess>(env, body); },
       .buggify = odds});
  small.world.start(NodeId{1});
  small.at(1s, [&] {
    small.world.node(NodeId{1}).cut_power();
    small.world.node(NodeId{1}).restore_power();
  });
  small.scheduler.run();
  outcome.events = small.kept.count(EventKind::kFault);
  outcome.log = small.choices.log();
  return outcome;
}

TEST(Buggify, IsOffUnlessTheRunAsksForIt) {
  const Outcome outcome = visit(1, {});
  EXPECT_EQ(outcome.fired, 0u);
  EXPECT_EQ(outcome.events, 0u);
}

TEST(Buggify, IsOnForAWholeRunOrNotAtAll) {
  const Buggify odds{.on = Ratio(1, 4), .fires = Ratio(1, 4)};
  int on = 0;
  for (uint64_t seed = 1; seed <= 400; ++seed) {
    const Outcome outcome = visit(seed, odds);
    EXPECT_EQ(outcome.events, outcome.fired);
    if (outcome.fired == 0) continue;
    ++on;
    EXPECT_NEAR(static_cast<double>(outcome.fired), kVisits / 4.0, 80) << seed;
  }
  EXPECT_NEAR(on, 100, 40);
}

TEST(Buggify, IsReplayedVisitByVisit) {
  const Outcome first = visit(3, {.on = Ratio(1, 1), .fires = Ratio(1, 10)});
  ASSERT_GT(first.fired, 10u);
  const Outcome again = visit(3, {}, &first.log);
  EXPECT_EQ(again.fired, first.fired);
  const std::vector<ChoiceRecord> one{first.log.front()};
  EXPECT_EQ(visit(3, {.on = Ratio(1, 1)}, &one).fired, 1u);
}

}  // namespace
}  // namespace seedbed

#include "sim/explore/shrink.h"

#include <gtest/gtest.h>

#include "tests/regressions/repository.h"

namespace seedbed {
namespace {

Reproducer flapping_b05(Runner& runner) {
  return record(runner, load("raft/flapping", "raft.b05-commit-unverified"), 2, "test");
}

TEST(Shrink, KeepsTheBrokenPromiseAndLittleElse) {
  Runner runner;
  const Reproducer original = flapping_b05(runner);
  ASSERT_EQ(original.check, "CommitQuorumDurable");
  ASSERT_GT(size_of(original).faults, 100u);
  const Shrunk shrunk = shrink(runner, original, {});
  ASSERT_EQ(shrunk.failure, "");
  EXPECT_TRUE(shrunk.complete);
  EXPECT_LE(size_of(shrunk.best).faults, 5u);
  EXPECT_LE(size_of(shrunk.best).servers, 4u);
  const RunResult again = replay(runner, shrunk.best);
  EXPECT_EQ(again.trace_hash, shrunk.best.trace_hash);
  EXPECT_EQ(again.reason_check, "CommitQuorumDurable");
  EXPECT_TRUE(again.stale.empty());
}

TEST(Shrink, NamesTheLineWithoutWhichTheRunPasses) {
  Runner runner;
  const Shrunk shrunk = shrink(runner, flapping_b05(runner), {});
  ASSERT_NE(shrunk.best.passes_without, "");
  Reproducer variant = shrunk.best;
  ASSERT_EQ(variant.script.fault_size() + variant.script.choice_size(), 1);
  variant.script.clear_fault();
  variant.script.clear_choice();
  EXPECT_NE(replay(runner, variant).verdict, Verdict::kViolation);
}

TEST(Shrink, CanBeInterruptedWithTheBestSoFar) {
  Runner runner;
  const Reproducer original = flapping_b05(runner);
  int better = 0;
  Reproducer last;
  const Shrunk shrunk = shrink(runner, original,
                               {.better =
                                    [&](const Reproducer& best) {
                                      ++better;
                                      last = best;
                                    },
                                .interrupted = [&] { return better >= 3; }});
  EXPECT_FALSE(shrunk.complete);
  EXPECT_EQ(to_text(shrunk.best), to_text(last));
  EXPECT_EQ(replay(runner, last).reason_check, "CommitQuorumDurable");
}

TEST(Shrink, RefusesWhatDoesNotShowWhatItSays) {
  Runner runner;
  Reproducer healthy = flapping_b05(runner);
  healthy.scenario.mutant.clear();
  EXPECT_NE(shrink(runner, healthy, {}).failure.find("does not show"), std::string::npos);
}

}  // namespace
}  // namespace seedbed

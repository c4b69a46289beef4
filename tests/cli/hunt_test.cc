#include <gtest/gtest.h>

#include "tests/cli/shell.h"

namespace seedbed {
namespace {

TEST(Hunt, GoesOnAfterCrashesAndHangs) {
  const Shell shell;
  const auto crash = shell.run("seedbed hunt kv/calm --seeds 4 --mutant kv.segfault --json").json();
  EXPECT_EQ(crash["verdicts"]["crash"], 4);
  EXPECT_EQ(crash["failures"].size(), 4u);
  const auto hang =
      shell.run("seedbed hunt kv/calm --seeds 3 --mutant kv.spin --run-timeout 200ms --json")
          .json();
  EXPECT_EQ(hang["verdicts"]["hang"], 3);
  EXPECT_EQ(hang["failures"][0]["verdict"], "hang");
}

TEST(Hunt, FindsTheSameWithAnyNumberOfWorkers) {
  const Shell shell;
  const std::string line = "seedbed hunt kv/faults --seeds 40 --mutant kv.forgetful --json";
  const auto one = shell.run(line + " --workers 1").json();
  const auto four = shell.run(line + " --workers 4").json();
  for (const std::string field : {"runs", "verdicts", "failures", "faults", "probes", "events"}) {
    EXPECT_EQ(one[field], four[field]) << field;
  }
}

TEST(Hunt, StopsAtTheFirstFindingIfAsked) {
  const Shell shell;
  const Ran ran = shell.run(
      "seedbed hunt kv/calm --seeds 100000 --fail-fast --workers 1 --mutant kv.assertion --json");
  EXPECT_EQ(ran.code, 1);
  EXPECT_EQ(ran.json()["failures"].size(), 1u);
}

TEST(Hunt, EndsWhenItsTimeIsUp) {
  const Shell shell;
  const auto json = shell.run("seedbed hunt kv/calm --time 300ms --json").json();
  EXPECT_GT(json["runs"], 0);
  EXPECT_FALSE(json["interrupted"]);
}

TEST(Hunt, NamesProbesThatNoRunReached) {
  const Shell shell;
  const Ran ran = shell.run("seedbed hunt kv/calm --seeds 3 --set expect.campaign_probe=kv.never");
  EXPECT_EQ(ran.code, 1);
  EXPECT_NE(ran.out.find("kv.never"), std::string::npos);
}

TEST(Hunt, NamesFaultsThatNeverFired) {
  const Shell shell;
  // A server that may not be down is not crashed: the fault is configured and suppressed.
  const std::string line = "seedbed hunt kv/faults --set 'faults.dose[0].fault=crash' --json";
  const Ran enough = shell.run(line + " --seeds 20");
  EXPECT_EQ(enough.code, 1);
  ASSERT_EQ(enough.json()["missing"].size(), 1u);
  EXPECT_NE(enough.json()["missing"][0].get<std::string>().find("crash"), std::string::npos);
  const Ran few = shell.run(line + " --seeds 19");
  EXPECT_EQ(few.json()["missing"].size(), 0u);
}

TEST(Hunt, ProgressIsPlainWithoutATerminal) {
  const Shell shell;
  const Ran ran = shell.run("seedbed hunt kv/calm --seeds 300");
  EXPECT_EQ(ran.code, 0);
  EXPECT_EQ((ran.out + ran.err).find('\x1b'), std::string::npos);
  EXPECT_EQ(ran.err.find('\r'), std::string::npos);
}

}  // namespace
}  // namespace seedbed

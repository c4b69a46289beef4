#include <gtest/gtest.h>

#include "tests/cli/shell.h"

namespace seedbed {
namespace {

TEST(ExitCode, IsZeroForTheExpectedVerdict) {
  const Shell shell;
  EXPECT_EQ(shell.run("seedbed run kv/calm --seed 1").code, 0);
  EXPECT_EQ(shell.run("seedbed run kv/broken --mutant kv.assertion --seed 1").code, 0)
      << "the scenario expects a violation";
}

TEST(ExitCode, IsOneForAnyOtherDefiniteVerdict) {
  const Shell shell;
  EXPECT_EQ(shell.run("seedbed run kv/calm --seed 1 --mutant kv.assertion").code, 1);
  EXPECT_EQ(shell.run("seedbed run kv/calm --seed 1 --mutant kv.throw").code, 1);
  EXPECT_EQ(shell.run("seedbed run kv/calm --seed 1 --mutant kv.deaf").code, 1);
  EXPECT_EQ(shell.run("seedbed run kv/broken --seed 1").code, 1) << "it passes unexpectedly";
}

TEST(ExitCode, IsOneIfARequiredProbeWasNotReached) {
  const Shell shell;
  const Ran ran = shell.run("seedbed run kv/calm --seed 1 --set 'expect.probe=kv.never'");
  EXPECT_EQ(ran.code, 1);
  EXPECT_NE(ran.out.find("kv.never"), std::string::npos);
}

TEST(ExitCode, IsTwoIfNothingCanBeSaid) {
  const Shell shell;
  EXPECT_EQ(shell.run("seedbed run kv/calm --seed 1 --set limits.events=100").code, 2);
  EXPECT_EQ(shell.run("seedbed hunt kv/calm --seeds 3 --set limits.events=100").code, 2);
}

TEST(ExitCode, IsThreeIfResultsCannotBeWritten) {
  const Shell shell;
  const Ran full = shell.run("seedbed run kv/calm --seed 1 >/dev/full");
  EXPECT_EQ(full.code, 3);
  EXPECT_TRUE(is_one_error(full.err, "stdout"));
  const Ran trace = shell.run("seedbed run kv/calm --seed 1 --trace /dev/full");
  EXPECT_EQ(trace.code, 3);
  EXPECT_TRUE(is_one_error(trace.err, "No space left on device"));
  EXPECT_NE(trace.out.find("PASS"), std::string::npos) << "the verdict is not lost";
}

TEST(ExitCode, IsFiveIfNothingMatches) {
  const Shell shell;
  EXPECT_EQ(shell.run("seedbed hunt kv/calm --seeds 0").code, 5);
  EXPECT_EQ(shell.run("seedbed hunt kv/calm --seeds 7..6").code, 5);
  EXPECT_EQ(shell.run("seedbed list mutants no-such-thing").code, 5);
}

TEST(ExitCode, IsSixForNondeterminism) {
  const Shell shell;
  for (const std::string mutant : {"kv.address", "kv.static"}) {
    const Ran ran = shell.run("seedbed hunt kv/calm --seeds 2 --twice 1000 --mutant " + mutant);
    EXPECT_EQ(ran.code, 6);
    EXPECT_NE(ran.out.find("wakes from its sleep"), std::string::npos)
        << "the first event that differs is named: " << ran.out;
  }
}

TEST(ExitCode, IsOneThirtyAfterAnInterrupt) {
  const Shell shell;
  const Ran ran = shell.run(
      "timeout --preserve-status -s INT 1 seedbed hunt kv/calm --time 1h --workers 2 --json");
  EXPECT_EQ(ran.code, 130) << ran.err;
  const auto json = ran.json();
  EXPECT_TRUE(json["interrupted"]);
  EXPECT_GT(json["runs"], 0);
}

TEST(ExitCode, IsZeroForHelp) {
  const Shell shell;
  for (const std::string line :
       {"seedbed", "seedbed --help", "seedbed --version", "seedbed run --help",
        "seedbed hunt --help", "seedbed list --help", "seedbed replay --help",
        "seedbed check --help", "seedbed diff --help"}) {
    const Ran ran = shell.run(line);
    EXPECT_EQ(ran.code, 0) << line;
    EXPECT_EQ(ran.err, "") << line;
    EXPECT_NE(ran.out.find("seedbed"), std::string::npos) << line;
  }
}

}  // namespace
}  // namespace seedbed

// The line that reproduces a run does so: in a fresh shell, from another folder.
#include <gtest/gtest.h>

#include "tests/cli/shell.h"

namespace seedbed {
namespace {

// Runs `line`, then what it says reproduces it, elsewhere; both must agree.
void expect_reproducible(const Shell& shell, const std::string& line) {
  const auto first = shell.run(line + " --json").json();
  ASSERT_TRUE(first.contains("reproduce"));
  const std::string again = first["reproduce"];
  const auto second = shell.run("cd / && env -i " + again + " --json").json();
  EXPECT_EQ(first["trace_hash"], second["trace_hash"]) << again;
  EXPECT_EQ(first["verdict"], second["verdict"]) << again;
  EXPECT_EQ(first["reason"], second["reason"]) << again;
  EXPECT_EQ(again, second["reproduce"]);
}

TEST(Reproduce, WorksForNames) {
  const Shell shell;
  expect_reproducible(shell, "seedbed run kv/faults");
  expect_reproducible(shell, "seedbed run kv/faults --seed 7 --mutant kv.forgetful");
}

TEST(Reproduce, KeepsChanges) {
  const Shell shell;
  expect_reproducible(shell,
                      "seedbed run kv/faults --seed 7 --set workload.operations=30 "
                      "--set network.loss_permille=100 --set 'description=it'\\''s \"quoted\"'");
}

TEST(Reproduce, WorksForPaths) {
  const Shell shell;
  shell.write("a folder/mine.textproto",
              "protocol: \"kv\"\nservers: 1\nworkload { kind: \"register\" operations: 30 }\n"
              "faults { end_ms: 1000 }\n");
  expect_reproducible(shell, "seedbed run 'a folder/mine.textproto' --seed 3");
  expect_reproducible(shell, "cd 'a folder' && seedbed run ./mine.textproto --seed 3");
}

TEST(Reproduce, WorksForScenariosOfTheCurrentFolder) {
  const Shell shell;
  shell.write("scenarios/own/mine.textproto",
              "protocol: \"kv\"\nservers: 1\nworkload { kind: \"register\" operations: 30 }\n"
              "faults { end_ms: 1000 }\n");
  expect_reproducible(shell, "seedbed run own/mine --seed 3");
  expect_reproducible(shell, "cd bin && seedbed run own/mine --scenarios ../scenarios --seed 3");
}

TEST(Reproduce, WorksForWhatAHuntFound) {
  const Shell shell;
  const auto hunt = shell.run("seedbed hunt kv/calm --seeds 5 --mutant kv.forgetful --json").json();
  ASSERT_FALSE(hunt["failures"].empty());
  const auto& failure = hunt["failures"][0];
  const Ran again =
      shell.run("cd / && env -i " + failure["reproduce"].get<std::string>() + " --json");
  EXPECT_EQ(again.code, 1);
  EXPECT_EQ(again.json()["reason"], failure["message"]);
}

TEST(Reproduce, WorksForNondeterminism) {
  const Shell shell;
  const auto hunt =
      shell.run("seedbed hunt kv/calm --seeds 1 --twice 1000 --mutant kv.static --json").json();
  ASSERT_FALSE(hunt["failures"].empty());
  EXPECT_EQ(shell.run("cd / && env -i " + hunt["failures"][0]["reproduce"].get<std::string>()).code,
            6);
}

TEST(Reproduce, NextStepsKeepEveryChangeAndTheNameOfTheProgram) {
  const Shell shell;
  const std::string line = "run kv/calm --set workload.operations=30 --seed 42";
  const std::string pass = shell.run("seedbed " + line).out;
  EXPECT_NE(pass.find("  seedbed hunt kv/calm --set workload.operations=30 --seeds 1000"),
            std::string::npos)
      << pass;
  EXPECT_NE(pass.find("  seedbed " + line + " --mutant kv.forgetful"), std::string::npos) << pass;
  const std::string fail = shell.run("bin/seedbed " + line + " --mutant kv.assertion").out;
  EXPECT_NE(fail.find("  bin/seedbed run kv/calm --mutant kv.assertion "
                      "--set workload.operations=30 --seed 42 --trace run.seedtrace"),
            std::string::npos)
      << fail;
}

TEST(Reproduce, TheScriptIsCalledAsTheUserCalledIt) {
  const Shell shell;
  const std::string out = shell
                              .run("SEEDBED_ROOT=/nowhere SEEDBED_CALLED=tools/seedbed " +
                                   std::string(SEEDBED_PROGRAM) + " run crdt/counter --seed 1")
                              .out;
  EXPECT_NE(out.find("  tools/seedbed hunt crdt/counter --seeds 1000"), std::string::npos) << out;
}

TEST(Reproduce, IsInTheTextToo) {
  const Shell shell;
  const Ran ran = shell.run("seedbed run kv/calm --seed 0x2a");
  EXPECT_NE(ran.out.find("run kv/calm --seed 0x2a"), std::string::npos);
}

}  // namespace
}  // namespace seedbed

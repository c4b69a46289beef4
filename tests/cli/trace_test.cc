// Traces: recorded, judged again, replayed, compared.
#include <gtest/gtest.h>

#include "tests/cli/shell.h"

namespace seedbed {
namespace {

// Everything that a verdict consists of, live and from the trace, byte for byte.
void expect_same_verdict(const std::string& options) {
  const Shell shell;
  const Ran live = shell.run("seedbed run " + options + " --trace a.trace --json");
  const Ran offline = shell.run("seedbed check a.trace --json");
  EXPECT_EQ(live.code, offline.code) << options;
  const auto first = live.json();
  const auto second = offline.json();
  for (const std::string field :
       {"scenario", "seed", "mutant", "revision", "verdict", "reason", "check", "trace_hash",
        "events", "simulated_ns", "operations", "checks", "probes"}) {
    EXPECT_EQ(first[field].dump(), second[field].dump()) << options << ": " << field;
  }
}

TEST(Check, GivesTheVerdictOfTheLiveRun) {
  expect_same_verdict("kv/calm --seed 42");
  expect_same_verdict("kv/faults --seed 42");
  for (const std::string mutant :
       {"forgetful", "deaf", "assertion", "throw", "address", "static"}) {
    expect_same_verdict("kv/faults --seed 42 --mutant kv." + mutant);
  }
  expect_same_verdict("kv/calm --seed 42 --set limits.events=100");
}

TEST(Check, WorksForTheProtocolsOfTheRepository) {
  const Shell shell;
  const std::string program = SEEDBED_PROGRAM;
  for (const std::string scenario : {"crdt/counter", "raft/partitions"}) {
    const Ran live = shell.run(program + " run " + scenario + " --seed 3 --trace a.trace --json");
    const auto offline = shell.run(program + " check a.trace --json").json();
    EXPECT_EQ(live.json()["checks"].dump(), offline["checks"].dump());
    EXPECT_EQ(live.json()["verdict"], offline["verdict"]);
    EXPECT_EQ(live.json()["probes"].dump(), offline["probes"].dump());
    EXPECT_EQ(shell.run(program + " replay a.trace").code, live.code);
  }
}

TEST(Replay, SaysThatItIsTheSame) {
  const Shell shell;
  shell.run("seedbed run kv/faults --seed 42 --trace a.trace");
  const Ran same = shell.run("seedbed replay a.trace");
  EXPECT_EQ(same.code, 0);
  EXPECT_NE(same.out.find("the same, event by event"), std::string::npos);
  shell.run("seedbed run kv/faults --seed 42 --mutant kv.forgetful --trace b.trace");
  EXPECT_EQ(shell.run("seedbed replay b.trace").code, 1) << "the same violation";
}

TEST(Replay, NamesTheFirstEventThatDiffers) {
  for (const std::string mutant : {"kv.address", "kv.static"}) {
    const Shell shell;
    shell.run("seedbed run kv/calm --seed 42 --trace a.trace --mutant " + mutant);
    const Ran ran = shell.run("seedbed replay a.trace --json");
    EXPECT_EQ(ran.code, 6) << mutant;
    const auto json = ran.json();
    EXPECT_FALSE(json["same"]);
    EXPECT_EQ(json["fields"], "time");
    EXPECT_NE(json["first"].get<std::string>().find("n1 wakes from its sleep"), std::string::npos);
    EXPECT_NE(shell.run("seedbed replay a.trace").out.find("n1 wakes from its sleep"),
              std::string::npos);
  }
}

TEST(Trace, NothingIsLeftOfARunThatWasEnded) {
  const Shell shell;
  const Ran ran = shell.run(
      "timeout --preserve-status -s INT 1 seedbed run kv/calm --mutant kv.spin --trace a.trace");
  EXPECT_EQ(ran.code, 130);
  EXPECT_NE(ran.err.find("the same run again: "), std::string::npos) << ran.err;
  EXPECT_NE(ran.err.find("run kv/calm --mutant kv.spin --seed 0x"), std::string::npos) << ran.err;
  EXPECT_EQ(shell.run("seedbed run kv/calm --mutant kv.abort --trace a.trace").code, 1);
  EXPECT_EQ(shell.run("ls | grep -v bin").out, "") << "neither the trace nor a part of it";
}

TEST(RunTwice, NamesTheFirstEventThatDiffersAndItsCauses) {
  const Shell shell;
  const Ran same = shell.run("seedbed run kv/calm --seed 42 --twice");
  EXPECT_EQ(same.code, 0);
  EXPECT_NE(same.out.find("run twice: the same"), std::string::npos) << same.out;
  for (const std::string mutant : {"kv.address", "kv.static"}) {
    const std::string line = "seedbed run kv/calm --seed 42 --twice --mutant " + mutant;
    const Ran different = shell.run(line);
    EXPECT_EQ(different.code, 6) << mutant;
    EXPECT_NE(different.out.find("NONDETERMINISM: two runs part at event "), std::string::npos)
        << different.out;
    EXPECT_NE(different.out.find("n1 wakes from its sleep"), std::string::npos);
    EXPECT_NE(different.out.find("both:\n    because of "), std::string::npos);
    const auto json = shell.run(line + " --json").json();
    EXPECT_NE(json["nondeterminism"].get<std::string>().find("because of"), std::string::npos);
  }
}

TEST(Hunt, ShowsTheCausesOfNondeterminism) {
  const Shell shell;
  const Ran ran = shell.run("seedbed hunt kv/calm --seeds 2 --twice 1000 --mutant kv.static");
  EXPECT_EQ(ran.code, 6);
  EXPECT_NE(ran.out.find("because of"), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find(" --twice\n"), std::string::npos) << ran.out;
}

TEST(Diff, ShowsTheCausesOfADifference) {
  const Shell shell;
  shell.run("seedbed run kv/calm --seed 1 --trace a.trace --mutant kv.address");
  shell.run("seedbed run kv/calm --seed 1 --trace b.trace");
  const Ran different = shell.run("seedbed diff a.trace b.trace");
  EXPECT_EQ(different.code, 1);
  EXPECT_NE(different.out.find("because of"), std::string::npos) << different.out;
  EXPECT_FALSE(shell.run("seedbed diff a.trace b.trace --json").json()["shared_causes"].empty());
}

TEST(Diff, TellsSameFromDifferent) {
  const Shell shell;
  shell.run("seedbed run kv/calm --seed 1 --trace a.trace");
  shell.run("seedbed run kv/calm --seed 1 --trace b.trace");
  shell.run("seedbed run kv/calm --seed 2 --trace c.trace");
  EXPECT_EQ(shell.run("seedbed diff a.trace b.trace").code, 0);
  EXPECT_EQ(shell.read("a.trace"), shell.read("b.trace"));
  const Ran different = shell.run("seedbed diff a.trace c.trace --json");
  EXPECT_EQ(different.code, 1);
  EXPECT_GT(different.json()["position"], 0);
}

}  // namespace
}  // namespace seedbed

// Reproducers from the command line: recorded, replayed, shrunk, kept.
#include <gtest/gtest.h>

#include "tests/cli/shell.h"

namespace seedbed {
namespace {

const std::string kProgram = SEEDBED_PROGRAM;
const std::string kPlanted = "raft/crashes --mutant raft.b01-commit-old-term";

TEST(Record, WritesARunThatReplaysToTheSameHash) {
  const Shell shell;
  const auto live = shell.run(kProgram + " run " + kPlanted + " --seed 14 --record a.repro --json");
  EXPECT_EQ(live.code, 1);
  const Ran again = shell.run(kProgram + " replay a.repro --json");
  EXPECT_EQ(again.code, 1);
  EXPECT_EQ(again.json()["trace_hash"], live.json()["trace_hash"]);
  EXPECT_EQ(again.json()["verdict"], "violation");
  EXPECT_TRUE(again.json()["stale"].empty());
  const Ran told = shell.run(kProgram + " replay a.repro");
  EXPECT_NE(told.out.find("The schedule (nothing else goes wrong)"), std::string::npos) << told.out;
  EXPECT_NE(told.out.find("the same run, event by event"), std::string::npos) << told.out;
}

TEST(Record, IsNeverAPassWhenALineMatchesNothing) {
  const Shell shell;
  shell.run(kProgram + " run raft/calm --seed 3 --record a.repro");
  EXPECT_EQ(shell.run(kProgram + " replay a.repro").code, 0);
  shell.run(
      "sed -i 's/^script {/script {\\n  choice { site: \"network.loss\" scope: \"gone\" }/' "
      "a.repro");
  const Ran stale = shell.run(kProgram + " replay a.repro");
  EXPECT_EQ(stale.code, 5);
  EXPECT_NE(stale.out.find("matches nothing here: network.loss"), std::string::npos) << stale.out;
}

TEST(Shrink, LeavesLittleAndKeepsWhatItBreaks) {
  const Shell shell;
  shell.run(kProgram + " run " + kPlanted + " --seed 14 --record a.repro");
  const Ran shrunk = shell.run(kProgram + " shrink a.repro --out corpus.repro --json");
  ASSERT_EQ(shrunk.code, 0) << shrunk.err;
  const auto json = shrunk.json();
  EXPECT_TRUE(json["complete"].get<bool>());
  EXPECT_LE(json["to"]["faults"].get<int>(), 5);
  EXPECT_EQ(json["check"], "CommitTermRule");
  EXPECT_EQ(shell.run(kProgram + " replay corpus.repro").code, 1);
  EXPECT_EQ(shell.run(kProgram + " regress .").code, 0)
      << "both break it, and pass without the bug";
}

TEST(Shrink, IsInterruptedWithTheBestSoFarOnDisk) {
  const Shell shell;
  shell.run(kProgram + " run " + kPlanted + " --seed 14 --record a.repro");
  const Ran ended = shell.run("timeout --preserve-status -s INT 0.3 " + kProgram +
                              " shrink a.repro --out b.repro");
  EXPECT_TRUE(ended.code == 130 || ended.code == 0) << ended.code;
  EXPECT_EQ(shell.run(kProgram + " replay b.repro").code, 1);
}

TEST(Regress, FailsWithoutACorpusAndWhenABugIsNotShownAnyMore) {
  const Shell shell;
  EXPECT_EQ(shell.run("mkdir empty; " + kProgram + " regress empty").code, 5);
  shell.run(kProgram + " run " + kPlanted + " --seed 14 --record a.repro");
  shell.run("sed -i 's/^check: .*/check: \"VoteOnce\"/' a.repro");
  const Ran ran = shell.run(kProgram + " regress .");
  EXPECT_EQ(ran.code, 1);
  EXPECT_NE(ran.out.find("no longer breaks VoteOnce"), std::string::npos) << ran.out;
}

TEST(HuntRecord, KeepsOneOfEachKindOfFinding) {
  const Shell shell;
  const Ran ran = shell.run(kProgram + " hunt " + kPlanted +
                            " --seeds 20 --store none --record found --shrink");
  EXPECT_EQ(ran.code, 1);
  EXPECT_NE(ran.err.find("recorded found/raft-crashes-CommitTermRule-0x"), std::string::npos)
      << ran.err;
  EXPECT_EQ(shell.run(kProgram + " regress found").code, 0);
}

TEST(BadReproducers, AreOneLineAndExitFour) {
  const Shell shell;
  for (const std::string& make :
       {std::string("echo 'script { falt {} }' > a.repro"), std::string(": > a.repro"),
        std::string("head -c 300 /dev/urandom > a.repro")}) {
    const Ran ran = shell.run(make + "; " + kProgram + " shrink a.repro --out b.repro");
    EXPECT_EQ(ran.code, 4) << make << ran.err;
    EXPECT_EQ(std::count(ran.err.begin(), ran.err.end(), '\n'), 1) << ran.err;
  }
}

}  // namespace
}  // namespace seedbed

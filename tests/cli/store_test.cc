// What a hunt keeps, whatever happens to it.
#include "sim/explore/store.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "tests/cli/shell.h"

namespace seedbed {
namespace {

// Fields that do not depend on what was run when.
void expect_same_results(const nlohmann::json& one, const nlohmann::json& other) {
  for (const std::string field :
       {"runs", "verdicts", "failures", "groups", "faults", "probes", "events", "missing"}) {
    EXPECT_EQ(one[field], other[field]) << field;
  }
}

bool is_sound(const std::string& path) {
  Database database(path, Database::Mode::kReadOnly);
  Statement check = database.prepare("PRAGMA integrity_check");
  return check.step() && check.text(0) == "ok";
}

uint64_t runs_in(const std::string& path) {
  Database database(path, Database::Mode::kReadOnly);
  Statement sum = database.prepare("SELECT sum(last - first + 1) FROM seeds");
  return sum.step() ? sum.number(0) : 0;
}

constexpr const char* kHunt = "seedbed hunt kv/faults --mutant kv.forgetful --json --workers 2 ";

TEST(HuntStore, TheSameHuntAgainRunsNothingAndSaysTheSame) {
  const Shell shell;
  const Ran first = shell.run(std::string(kHunt) + "--seeds 60 --store s");
  const Ran again = shell.run(std::string(kHunt) + "--seeds 60 --store s");
  EXPECT_EQ(first.code, 1);
  EXPECT_EQ(again.code, 1);
  EXPECT_EQ(again.json()["runs_before"], 60);
  expect_same_results(first.json(), again.json());
  expect_same_results(first.json(), shell.run(std::string(kHunt) + "--seeds 60").json());
}

TEST(HuntStore, GoesOnWhereItWasAndCountsWhatBelongsToTheQuestion) {
  const Shell shell;
  shell.run(std::string(kHunt) + "--seeds 60 --store s");
  const auto more = shell.run(std::string(kHunt) + "--seeds 41..80 --store s").json();
  EXPECT_EQ(more["runs_before"], 20);
  EXPECT_EQ(more["runs"], 40);
  EXPECT_EQ(more["cumulative"]["runs"], 80);
  const auto alone = shell.run(std::string(kHunt) + "--seeds 41..80").json();
  EXPECT_EQ(more["failures"], alone["failures"]);
  EXPECT_EQ(more["verdicts"], alone["verdicts"]);
  const Ran text = shell.run("seedbed hunt kv/faults --mutant kv.forgetful --seeds 100 --store s");
  EXPECT_NE(text.out.find("80 of 100 seeds were run before"), std::string::npos) << text.out;
}

TEST(HuntStore, TheScriptKeepsResultsInItsTreeUnlessToldOtherwise) {
  const Shell shell;
  const std::string line =
      "SEEDBED_ROOT=$PWD " + std::string(SEEDBED_PROGRAM) + " hunt crdt/counter --seeds 3";
  shell.run(line + " --store none");
  EXPECT_FALSE(std::filesystem::exists(shell.path("results")));
  shell.run(line);
  EXPECT_TRUE(std::filesystem::exists(shell.path("results/raw/hunt.sqlite")));
  shell.run("seedbed hunt kv/calm --seeds 3");
  EXPECT_EQ(shell.run("find . -name '*.sqlite' | wc -l").out, "1\n") << "nobody else knows where";
}

TEST(HuntStore, AChangedScenarioIsAnotherOne) {
  const Shell shell;
  shell.run("seedbed hunt kv/calm --seeds 5 --store s");
  const Ran changed =
      shell.run("seedbed hunt kv/calm --seeds 5 --store s --json --set workload.operations=59");
  EXPECT_EQ(changed.json()["runs_before"], 0);
}

TEST(HuntStore, CoverageIsThatOfAllRuns) {
  const Shell shell;
  const std::string line =
      "seedbed hunt kv/faults --set 'faults.dose[0].fault=crash' --json --store s --seeds ";
  EXPECT_EQ(shell.run(line + "10").json()["missing"].size(), 0u) << "too few to say";
  const Ran enough = shell.run(line + "11..20");
  EXPECT_EQ(enough.json()["missing"].size(), 1u) << "a crash never fired in all 20";
  EXPECT_EQ(enough.code, 1);
}

TEST(HuntStore, NothingIsLostWhenItIsKilled) {
  const Shell shell;
  const std::string line = std::string(kHunt) + "--seeds 4000 ";
  uint64_t before = 0;
  // A busy machine may come to nothing in so little time; then it gets more.
  for (int moment = 1; moment <= 20 || (before == 0 && moment <= 30); ++moment) {
    const int ms = 100 + moment * 137 % 700 + (moment > 20 ? moment * 100 : 0);
    shell.run("timeout -s KILL " + std::to_string(ms / 1000) + "." +
              std::to_string(1000 + ms % 1000).substr(1) + " " + line + "--store s");
    const std::string path = shell.path("s");
    if (!std::filesystem::exists(path)) continue;
    ASSERT_TRUE(is_sound(path)) << "after " << ms << " ms";
    const bool is_made = std::filesystem::file_size(path) > 0;
    const uint64_t now = is_made ? runs_in(path) : 0;
    EXPECT_GE(now, before) << "after " << ms << " ms";
    before = now;
  }
  EXPECT_GT(before, 0u);
  expect_same_results(shell.run(line + "--store s").json(), shell.run(line).json());
}

TEST(HuntStore, TwoHuntsAtOnceKeepTheResultsOfBoth) {
  const Shell shell;
  const std::string line = "seedbed hunt kv/faults --mutant kv.forgetful --store s --seeds ";
  const Ran both = shell.run("(" + line + "1..1500 >a; echo $? >ca) & (" + line +
                             "501..2000 >b; echo $? >cb) & wait");
  EXPECT_EQ(both.err, "");
  EXPECT_EQ(shell.read("ca") + shell.read("cb"), "1\n1\n");
  const auto all = shell.run(std::string(kHunt) + "--seeds 2000 --store s").json();
  EXPECT_EQ(all["runs_before"], 2000);
  expect_same_results(all, shell.run(std::string(kHunt) + "--seeds 2000").json());
}

TEST(HuntStore, AFullDiskEndsTheHuntAndLosesNothing) {
  const Shell shell;
  const std::string line = "seedbed hunt kv/faults --mutant kv.forgetful --seeds 20000 --store s";
  const Ran full = shell.run("ulimit -f 512; " + line);
  EXPECT_EQ(full.code, 3);
  EXPECT_TRUE(is_one_error(full.err, "can no longer be kept")) << full.err;
  EXPECT_NE(full.out.find("FOUND"), std::string::npos) << "what was found is still printed";
  EXPECT_TRUE(is_sound(shell.path("s")));
  EXPECT_GT(shell.run(std::string(kHunt) + "--seeds 1..1 --store s").json()["cumulative"]["runs"],
            1);
}

TEST(HuntStore, BadFilesAreRefusedBeforeAnythingRuns) {
  const Shell shell;
  shell.write("text", "to be or not to be\n");
  const Ran text = shell.run("seedbed hunt kv/calm --seeds 3 --store text");
  EXPECT_EQ(text.code, 4);
  EXPECT_EQ(text.out, "");
  EXPECT_TRUE(is_one_error(text.err, "text: cannot be used as a store"));
  EXPECT_EQ(shell.read("text"), "to be or not to be\n");
  const Ran missing = shell.run("seedbed hunt kv/calm --seeds 3 --store no/s");
  EXPECT_EQ(missing.code, 4);
  EXPECT_TRUE(is_one_error(missing.err, "there is no directory"));
  shell.run("seedbed hunt kv/calm --seeds 3 --store s");
  Database(shell.path("s"), Database::Mode::kReadWrite).execute("PRAGMA user_version = 99");
  const Ran version = shell.run("seedbed hunt kv/calm --seeds 3 --store s");
  EXPECT_EQ(version.code, 4);
  EXPECT_TRUE(is_one_error(version.err, "version 99"));
}

TEST(HuntStore, AReadOnlyStoreIsRefused) {
  const Shell shell;
  shell.run("seedbed hunt kv/calm --seeds 3 --store s && chmod 444 s && chmod 755 .");
  // Nobody is bound by the mode of a file if he is root.
  const std::string nobody =
      geteuid() == 0 ? "setpriv --reuid 65534 --regid 65534 --clear-groups " : "";
  if (shell.run(nobody + "test -x \"$(readlink -f bin/seedbed)\"").code != 0) {
    GTEST_SKIP() << "the program is where only root may run it";
  }
  const Ran ran = shell.run(nobody + "seedbed hunt kv/calm --seeds 3 --store s");
  EXPECT_EQ(ran.code, 4);
  EXPECT_EQ(ran.out, "");
  EXPECT_TRUE(is_one_error(ran.err, "cannot be written")) << ran.err;
}

TEST(HuntStore, AnInterruptKeepsEverything) {
  const Shell shell;
  const Ran ran = shell.run(
      "timeout --preserve-status -s INT 2.5 seedbed hunt kv/faults --mutant kv.forgetful --time 1h "
      "--store s --json");
  EXPECT_EQ(ran.code, 130);
  const auto json = ran.json();
  EXPECT_GT(json["failures"].size(), 0u);
  EXPECT_EQ(read_findings(shell.path("s")).size(), json["failures"].size());
  EXPECT_EQ(json["cumulative"]["runs"], json["runs"]);
  // A signal that comes twice at once is one: timeout(1) does that.
  const Ran twice = shell.run(
      "seedbed hunt kv/calm --time 1h --json & sleep 0.5; kill -INT $!; kill -INT $!; wait $!");
  EXPECT_EQ(twice.code, 130);
  EXPECT_TRUE(twice.json()["interrupted"]);
}

TEST(HuntStore, NamesTheSeedThatADeadHuntWasRunning) {
  const Shell shell;
  const std::string line = "seedbed hunt kv/calm --mutant kv.spin --store s ";
  shell.run("timeout -s KILL 1.5 " + line + "--seeds 7..7 --workers 1");
  const auto json = shell.run(line + "--seeds 1..1 --run-timeout 200ms --json").json();
  ASSERT_EQ(json["unfinished"].size(), 1u);
  EXPECT_EQ(json["unfinished"][0]["seed"], 7);
}

TEST(HuntStore, FindingsAreListed) {
  const Shell shell;
  shell.run(std::string(kHunt) + "--seeds 20 --store s");
  const auto rows = shell.run("seedbed list findings --store s --json").json();
  ASSERT_GT(rows.size(), 0u);
  for (const std::string field : {"scenario", "mutant", "revision", "seed", "verdict", "check",
                                  "message", "faults", "reproduce"}) {
    EXPECT_TRUE(rows[0].contains(field)) << field;
  }
  EXPECT_EQ(shell.run(rows[0]["reproduce"].get<std::string>()).code, 1);
  EXPECT_NE(shell.run("seedbed list findings --store s").out.find("Linearizable"),
            std::string::npos);
  EXPECT_EQ(shell.run("seedbed list findings --store missing").code, 4);
}

}  // namespace
}  // namespace seedbed

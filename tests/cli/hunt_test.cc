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

TEST(Hunt, GoesOnAfterARunThatTakesTooMuchMemory) {
  const Shell shell;
  const Ran ran = shell.run(
      "seedbed hunt kv/calm --seeds 2 --mutant kv.balloon --run-memory 300m --workers 1 --json");
  EXPECT_EQ(ran.code, 1);
  EXPECT_EQ(ran.json()["verdicts"]["memory"], 2);
  EXPECT_EQ(ran.json()["failures"][1]["verdict"], "memory");
  const Ran bad = shell.run("seedbed hunt kv/calm --run-memory 300");
  EXPECT_EQ(bad.code, 4);
  EXPECT_TRUE(is_one_error(bad.err, "--run-memory 300"));
}

TEST(Hunt, GroupsWhatItFound) {
  const Shell shell;
  const std::string line = "seedbed hunt kv/faults --seeds 40 --mutant kv.forgetful";
  const auto json = shell.run(line + " --json").json();
  ASSERT_GT(json["groups"].size(), 1u);
  size_t count = 0;
  for (const auto& group : json["groups"]) count += group["count"].get<size_t>();
  EXPECT_EQ(count, json["failures"].size());
  EXPECT_EQ(json["groups"][0]["check"], "Linearizable");
  EXPECT_GT(json["groups"][0]["faults"].size(), 0u);
  const std::string text = shell.run(line).out;
  EXPECT_NE(text.find("[Linearizable]  "), std::string::npos) << text;
  EXPECT_NE(text.find(" seeds, under "), std::string::npos) << text;
}

TEST(Hunt, WritesJUnit) {
  const Shell shell;
  const Ran ran = shell.run(
      "seedbed hunt kv/faults kv/calm --seeds 30 --mutant kv.forgetful --junit report.xml");
  EXPECT_EQ(ran.code, 1);
  const std::string xml = shell.read("report.xml");
  EXPECT_NE(xml.find("<testsuites name=\"seedbed hunt\" tests=\"12\" failures=\"2\""),
            std::string::npos)
      << xml;
  EXPECT_NE(xml.find("<failure type=\"violation\" message=\""), std::string::npos);
  EXPECT_NE(xml.find("Reproduce: "), std::string::npos);
  EXPECT_NE(xml.find("name=\"Progress\"/>"), std::string::npos) << "a check that held";
  EXPECT_EQ(xml.find("put(k1,\"c"), std::string::npos) << "quotes are escaped";
  EXPECT_EQ(shell.run("seedbed hunt kv/calm --seeds 3 --junit no/report.xml").code, 4);
}

TEST(Hunt, MeasuresSeedsToDetection) {
  const Shell shell;
  const std::string line = "seedbed hunt kv/faults --detections 5 --seeds 50 --store s ";
  const Ran ran = shell.run(line + "--mutant kv.forgetful --json");
  EXPECT_EQ(ran.code, 0);
  const auto json = ran.json();
  EXPECT_EQ(json["mutant"], "kv.forgetful");
  EXPECT_EQ(json["check"], "Linearizable");
  EXPECT_EQ(json["ranges"], 5);
  EXPECT_EQ(json["caught"], 5);
  EXPECT_EQ(json["seeds"].size(), 5u);
  EXPECT_LE(json["min"], json["median"]);
  EXPECT_LE(json["median"], json["max"]);
  const Ran never = shell.run(line + "--mutant kv.deaf");
  EXPECT_EQ(never.code, 1);
  EXPECT_NE(never.out.find("caught in 0 of 5 ranges"), std::string::npos) << never.out;
  for (const std::string wrong : {"", "--mutant kv.deaf --time 3s", "kv/calm --mutant kv.deaf"}) {
    EXPECT_EQ(shell.run(line + wrong).code, 4) << wrong;
  }
}

TEST(Hunt, MeasuresSeedsUntilClientsSee) {
  const Shell shell;
  const std::string line = "seedbed hunt kv/faults --seeds 20 --clients-only --mutant ";
  const auto json = shell.run(line + "kv.deaf --detections 3 --json").json();
  EXPECT_EQ(json["check"], "Linearizable,Progress") << "any of them, not those that name it";
  EXPECT_EQ(json["caught"], 3);
  EXPECT_EQ(shell.run(line + "kv.assertion --detections 2 --json").json()["caught"], 0);
  EXPECT_EQ(shell.run(line + "kv.deaf").code, 4) << "it means nothing without --detections";
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

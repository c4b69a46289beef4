// What programs read. The fields are a promise.
#include <gtest/gtest.h>

#include "tests/cli/shell.h"

namespace seedbed {
namespace {

void expect_fields(const nlohmann::json& json, const std::vector<std::string>& fields) {
  for (const std::string& field : fields) EXPECT_TRUE(json.contains(field)) << field;
}

TEST(Json, OfARunHasItsFields) {
  const Shell shell;
  const auto json = shell.run("seedbed run kv/faults --seed 42 --json").json();
  expect_fields(json,
                {"scenario", "seed", "revision", "verdict", "trace_hash", "events", "simulated_ns",
                 "wall_ns", "operations", "checks", "faults", "probes", "reproduce"});
  EXPECT_EQ(json["scenario"], "kv/faults");
  EXPECT_EQ(json["seed"], 42);
  EXPECT_EQ(json["verdict"], "pass");
  EXPECT_EQ(json["trace_hash"].get<std::string>().size(), 16u);
  expect_fields(json["operations"], {"ok", "fail", "info"});
  for (const auto& check : json["checks"]) {
    expect_fields(check, {"name", "status", "evaluated", "message"});
  }
  EXPECT_GT(json["faults"]["partition"], 0);
  EXPECT_GT(json["probes"]["kv.overwrite"], 0);
}

TEST(Json, OfAFailureNamesTheCheckAndSaysWhy) {
  const Shell shell;
  const auto json = shell.run("seedbed run kv/calm --seed 42 --mutant kv.forgetful --json").json();
  EXPECT_EQ(json["verdict"], "violation");
  EXPECT_EQ(json["mutant"], "kv.forgetful");
  EXPECT_EQ(json["check"], "Linearizable");
  EXPECT_EQ(json["reason"], json["checks"][0]["message"]);
  EXPECT_GT(json["checks"][0]["facts"].size(), 1u);
}

TEST(Json, OfACrashIsStillJson) {
  const Shell shell;
  for (const std::string mutant : {"kv.segfault", "kv.abort", "kv.check", "kv.overflow"}) {
    const Ran ran = shell.run("seedbed run kv/calm --seed 42 --json --mutant " + mutant);
    EXPECT_EQ(ran.code, 1) << mutant;
    EXPECT_EQ(ran.json()["verdict"], "crash") << mutant;
    EXPECT_EQ(ran.json()["seed"], 42) << mutant;
    EXPECT_NE(ran.err.find("seedbed: error: the code under test crashed"), std::string::npos);
  }
}

TEST(Json, OfAHuntHasItsFieldsAndAddsUp) {
  const Shell shell;
  const auto json =
      shell.run("seedbed hunt kv/faults kv/calm --seeds 11..40 --mutant kv.forgetful --json")
          .json();
  expect_fields(json, {"runs", "verdicts", "failures", "faults", "probes", "runs_per_core_second"});
  EXPECT_EQ(json["runs"], 60);
  int sum = 0;
  for (const auto& count : json["verdicts"]) sum += count.get<int>();
  EXPECT_EQ(sum, 60);
  ASSERT_EQ(json["failures"].size(), json["verdicts"]["violation"]);
  for (const auto& failure : json["failures"]) {
    expect_fields(failure, {"seed", "verdict", "check", "message", "reproduce"});
    EXPECT_GE(failure["seed"], 11);
    EXPECT_LE(failure["seed"], 40);
  }
}

TEST(Json, OfListsHasItsFields) {
  const Shell shell;
  const std::vector<std::pair<std::string, std::vector<std::string>>> lists{
      {"protocols", {"protocol", "summary"}},
      {"scenarios", {"scenario", "protocol", "description"}},
      {"faults", {"fault", "meaning", "scenario"}},
      {"checks", {"protocol", "check", "evidence", "promise"}},
      {"mutants", {"protocol", "mutant", "caught_by", "reference"}},
      {"probes", {"protocol", "probe", "meaning"}},
      {"models", {"model", "meaning"}},
      {"workloads", {"workload", "meaning"}}};
  for (const auto& [what, fields] : lists) {
    const auto rows = shell.run("seedbed list " + what + " --json").json();
    ASSERT_TRUE(rows.is_array() && !rows.empty()) << what;
    for (const auto& row : rows) expect_fields(row, fields);
  }
  const auto overview = shell.run("seedbed list --json").json();
  EXPECT_EQ(overview["mutants"], shell.run("seedbed list mutants --json").json().size());
}

TEST(Json, StandsAloneOnStdout) {
  const Shell shell;
  EXPECT_EQ(shell.run("seedbed run kv/calm --json 2>/dev/null | wc -l").out, "1\n");
  EXPECT_EQ(shell.run("seedbed hunt kv/calm --seeds 3 --json 2>/dev/null | wc -l").out, "1\n");
}

TEST(Json, SeedsThatNobodyChoseAreExactInEveryReader) {
  const Shell shell;
  for (int i = 0; i < 5; ++i) {
    EXPECT_LT(shell.run("seedbed run kv/calm --json").json()["seed"], uint64_t{1} << 48);
  }
}

}  // namespace
}  // namespace seedbed

#include "sim/explore/detection.h"

#include <gtest/gtest.h>

#include "sim/explore/groups.h"
#include "tests/cli/program/kv.h"

namespace seedbed {
namespace {

Scenario faults(const std::string& mutant) {
  static const std::vector<ProtocolSpec> kProtocols{kv::spec()};
  Scenario scenario = parse_scenario(
      "protocol: 'kv' servers: 1 "
      "workload { kind: 'register' operations: 20 keys: 4 minimum_ok_percent: 10 } "
      "faults { end_ms: 2000 } limits { progress_ms: 3000 settle_ms: 100 }",
      "faults", "faults", kProtocols);
  set_mutant(scenario, mutant);
  return scenario;
}

DetectionResult measure(const std::string& mutant, uint32_t workers) {
  return measure_detection({.scenario = faults(mutant),
                            .checks = {"Linearizable"},
                            .first_seed = 100,
                            .ranges = 6,
                            .seeds_per_range = 40,
                            .workers = workers});
}

TEST(Detection, IsTheFirstSeedOfEachRangeWithAnyNumberOfWorkers) {
  const DetectionResult one = measure("kv.forgetful", 1);
  const DetectionResult three = measure("kv.forgetful", 3);
  ASSERT_EQ(one.ranges.size(), 6u);
  ASSERT_EQ(three.ranges.size(), 6u);
  for (size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(one.ranges[i].first_seed, 100 + i * 40);
    EXPECT_TRUE(one.ranges[i].seed.has_value());
    EXPECT_EQ(one.ranges[i].seed, three.ranges[i].seed);
  }
  EXPECT_GE(one.ranges[0].runs, *seeds_to_detection(one.ranges[0]));
}

TEST(Detection, AnAssertionOrAnotherCheckIsNone) {
  for (const std::string mutant : {"kv.assertion", "kv.deaf", "kv.abort"}) {
    const DetectionResult result = measure_detection({.scenario = faults(mutant),
                                                      .checks = {"Linearizable"},
                                                      .ranges = 1,
                                                      .seeds_per_range = 5,
                                                      .workers = 2});
    ASSERT_EQ(result.ranges.size(), 1u) << mutant;
    EXPECT_FALSE(result.ranges[0].seed.has_value()) << mutant;
    EXPECT_EQ(result.ranges[0].runs, 5u) << mutant << " does not end the range";
  }
}

TEST(Detection, SummaryCountsARangeWithoutOneAsTheLongest) {
  const auto range = [](uint64_t first, std::optional<uint64_t> seed) {
    return Detection{.first_seed = first, .runs = 10, .seed = seed};
  };
  DetectionSummary summary = summarise({range(1, 3), range(11, 11), range(21, 29), range(31, 34)});
  EXPECT_EQ(summary.min, 1u);
  EXPECT_EQ(summary.median, 4u) << "of 1, 3, 4, 9: 3.5, rounded up";
  EXPECT_EQ(summary.max, 9u);
  summary = summarise({range(1, 3), range(11, {}), range(21, 29)});
  EXPECT_EQ(summary.caught, 2u);
  EXPECT_EQ(summary.median, 9u);
  summary = summarise({range(1, 3), range(11, {}), range(21, {})});
  EXPECT_FALSE(summary.median.has_value()) << "it is beyond the end of the ranges";
  EXPECT_EQ(summary.max, 3u);
  EXPECT_EQ(summarise({}).ranges, 0u);
}

TEST(Detection, TheNamedChecksAreSeparatedByCommas) {
  Scenario scenario = faults("kv.forgetful");
  EXPECT_EQ(checks_that_name(scenario), (std::vector<std::string>{"Linearizable"}));
  ProtocolSpec spec = kv::spec();
  for (MutantSpec& mutant : spec.mutants) mutant.caught_by = "Linearizable, Progress";
  scenario.protocol = &spec;
  EXPECT_EQ(checks_that_name(scenario), (std::vector<std::string>{"Linearizable", "Progress"}));
}

TEST(Groups, AreByCheckAndShapeAndNameTheirFirstSeed) {
  const CampaignFinding base{.seed = 9, .verdict = "violation", .check = "A", .shape = "crash"};
  std::vector<CampaignFinding> findings(4, base);
  findings[1].seed = 4;
  findings[2].shape = "crash,pause";
  findings[3].check = "B";
  findings[3].seed = 1;
  const std::vector<Group> groups = group_findings(findings);
  ASSERT_EQ(groups.size(), 3u);
  EXPECT_EQ(groups[0].count, 2u);
  EXPECT_EQ(groups[0].first->seed, 4u);
  EXPECT_EQ(groups[1].first->check, "B") << "of two as large, the one with the lower seed";
}

TEST(Groups, ShapeIsTheSortedSetOfWhatFired) {
  EXPECT_EQ(shape_of_faults({{"pause", 2}, {"message_loss", 0}, {"crash", 1}}), "crash,pause");
  EXPECT_EQ(shape_of_faults({}), "");
}

}  // namespace
}  // namespace seedbed

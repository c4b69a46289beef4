#include <gtest/gtest.h>

#include <algorithm>

#include "sim/explore/campaign.h"
#include "tests/cli/program/kv.h"

namespace seedbed {
namespace {

Scenario with(const std::string& more) {
  static const std::vector<ProtocolSpec> kProtocols{kv::spec()};
  return parse_scenario(
      "protocol: 'kv' servers: 1 workload { kind: 'register' operations: 30 keys: 2 }" + more, "kv",
      "kv", kProtocols);
}

// So many runs, and into how many of them a pause was drawn, and how often it fired.
ScenarioTotals totals(uint64_t runs, uint64_t drawn, uint64_t fired) {
  ScenarioTotals result;
  result.endings[ending_of(Verdict::kPass)] = runs;
  result.faults = {{"pause", fired}};
  result.fault_runs = {{"pause", drawn}};
  return result;
}

using Sentences = std::vector<std::string>;

TEST(Missing, IsAProbeThatNoRunReachedAlsoOfASwarm) {
  const std::string expectation = "expect { campaign_probe: 'kv.overwrite' }";
  ScenarioTotals reached = totals(7, 0, 0);
  reached.probes = {{"kv.overwrite", 1}};
  for (const std::string swarm : {"", "swarm: true "}) {
    EXPECT_EQ(missing_in(with(swarm + expectation), totals(7, 0, 0)),
              (Sentences{"kv: none of 7 runs reached the probe kv.overwrite"}));
    EXPECT_EQ(missing_in(with(swarm + expectation), reached), Sentences());
  }
}

TEST(Missing, IsAFaultThatTheScenarioAsksForAndThatNeverFired) {
  const Scenario scenario = with("faults { dose { fault: 'pause' } }");
  EXPECT_EQ(missing_in(scenario, totals(20, 20, 0)),
            (Sentences{"kv: the fault pause is configured, and did not fire in 20 runs"}));
  EXPECT_EQ(missing_in(scenario, totals(20, 20, 1)), Sentences());
  EXPECT_EQ(missing_in(scenario, totals(19, 19, 0)), Sentences()) << "which may be chance";
}

TEST(Missing, IsAFaultThatASwarmDrewOftenAndThatNeverFired) {
  const Scenario scenario = with("swarm: true");
  EXPECT_EQ(missing_in(scenario, totals(300, 100, 0)),
            (Sentences{"kv: the fault pause was drawn into 100 runs, and fired in none of them; if "
                       "it cannot fire there, give it a dose of 0 slots"}));
  EXPECT_EQ(missing_in(scenario, totals(300, 100, 1)), Sentences());
  EXPECT_EQ(missing_in(scenario, totals(300, 99, 0)), Sentences()) << "which may be chance";
  EXPECT_EQ(missing_in(scenario, totals(300, 0, 0)), Sentences()) << "it was never drawn";
}

bool says(const CampaignResult& result, const std::string& text) {
  return std::any_of(result.missing.begin(), result.missing.end(),
                     [&](const std::string& one) { return one.find(text) != std::string::npos; });
}

TEST(Missing, ComesOutOfACampaign) {
  const auto campaign = [](const Scenario& scenario) {
    return run_campaign({.scenarios = {scenario}, .seeds = 450, .workers = 2, .twice_permille = 0});
  };
  const std::string swarm = "swarm: true faults { end_ms: 1000 } limits { settle_ms: 10 }";
  const CampaignResult drawn = campaign(with(swarm));
  EXPECT_TRUE(says(drawn, "the fault connection_reset was drawn into 1"))
      << "kv has no connections";
  EXPECT_TRUE(says(drawn,
                   "fired in none of them; if it cannot fire there, set "
                   "network.reset_permille to 0"));
  EXPECT_FALSE(says(drawn, "message_loss"));
  const CampaignResult left_out = campaign(with(swarm + "network { reset_permille {} }"));
  EXPECT_FALSE(says(left_out, "connection_reset"));
  EXPECT_TRUE(says(left_out, "half_open"));
}

}  // namespace
}  // namespace seedbed

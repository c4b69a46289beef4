#include "sim/explore/expectation.h"

#include <gtest/gtest.h>

#include "tests/cli/program/kv.h"

namespace seedbed {
namespace {

Scenario expecting(const std::string& expectation) {
  static const std::vector<ProtocolSpec> kProtocols{kv::spec()};
  return parse_scenario(
      "protocol: 'kv' workload { kind: 'register' } expect { " + expectation + " }", "kv", "kv",
      kProtocols);
}

TEST(Expectation, IsToPassUnlessTheScenarioSaysOtherwise) {
  EXPECT_TRUE(is_expected(expecting(""), Verdict::kPass));
  EXPECT_FALSE(is_expected(expecting(""), Verdict::kAssumptionBroken));
  EXPECT_FALSE(is_expected(expecting("verdict: 'liveness'"), Verdict::kPass));
}

TEST(Expectation, AcceptsOtherVerdictsAsWell) {
  const Scenario scenario = expecting("accept: 'assumption-broken' accept: 'inconclusive'");
  EXPECT_TRUE(is_expected(scenario, Verdict::kPass));
  EXPECT_TRUE(is_expected(scenario, Verdict::kAssumptionBroken));
  EXPECT_TRUE(is_expected(scenario, Verdict::kInconclusive));
  EXPECT_FALSE(is_expected(scenario, Verdict::kViolation));
  RunResult result;
  result.verdict = Verdict::kInconclusive;
  EXPECT_TRUE(judge(scenario, result).as_expected());
  EXPECT_FALSE(judge(scenario, result).inconclusive);
}

TEST(Expectation, KnowsWhichVerdictsThereAre) {
  EXPECT_THROW(expecting("accept: 'assumption_broken'"), ConfigError);
}

}  // namespace
}  // namespace seedbed

#include "sim/run/run.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/run/memory_store.h"

namespace seedbed {
namespace {

const std::vector<ProtocolSpec>& protocols() {
  static const std::vector<ProtocolSpec> specs{memory_store()};
  return specs;
}

Scenario scenario(std::string_view more = "") {
  const std::string text =
      "protocol: 'memory_store' servers: 1 clients: 3 "
      "workload { kind: 'register' operations: 60 } faults { end_ms: 2000 } "
      "limits { settle_ms: 100 } network { loss_permille { max: 20 } duplicate_permille { max: 0 } "
      "} " +
      std::string(more);
  return parse_scenario(text, "test", "test", protocols());
}

TEST(Run, PassesACorrectStoreAndCountsWhatItDid) {
  Runner runner;
  const RunResult result = runner.run(scenario(), 42);
  EXPECT_EQ(result.verdict, Verdict::kPass) << result.reason;
  EXPECT_EQ(result.operations.total(), 69u);
  EXPECT_EQ(result.run_end, RunEnd::kCompleted);
  ASSERT_EQ(result.checks.size(), 1u);
  EXPECT_GT(result.checks[0].evaluated, 50u);
  ASSERT_EQ(result.probes.size(), 1u);
  EXPECT_GT(result.probes[0].second, 50u);
}

TEST(Run, GivesADoseTheRangeOfItsFaultUnlessTheScenarioSetsOne) {
  const auto lines_with = [](auto set_magnitude) {
    Scenario slow = scenario();
    run::Dose& dose = *slow.data.mutable_faults()->add_dose();
    dose.set_fault("slow");
    dose.set_odds_percent(100);
    set_magnitude(dose);
    Runner runner;
    return runner.run(slow, 42).fault_lines;
  };
  const std::vector<std::string> drawn = lines_with([](run::Dose&) {});
  ASSERT_EQ(drawn.size(), 1u);
  EXPECT_EQ(drawn[0].find(" 0 us a message"), std::string::npos) << drawn[0];
  const std::vector<std::string> none =
      lines_with([](run::Dose& dose) { dose.mutable_magnitude()->set_max(0); });
  ASSERT_EQ(none.size(), 1u);
  EXPECT_NE(none[0].find(" 0 us a message"), std::string::npos) << none[0];
}

TEST(Run, LetsClientsMakeUpForAnOutage) {
  // The only server is paused from early on until the faults are over.
  const Scenario outage = parse_scenario(
      "protocol: 'memory_store' servers: 1 clients: 3 "
      "workload { kind: 'register' operations: 60 } "
      "faults { begin_ms: 0 end_ms: 2000 dose { fault: 'pause' slots: 20 odds_percent: 100 "
      "duration_ms { min: 2000 max: 2000 } } bounds { servers_down: 1 } } limits { settle_ms: 100 "
      "}",
      "test", "test", protocols());
  Runner runner;
  const RunResult result = runner.run(outage, 42);
  EXPECT_EQ(result.verdict, Verdict::kPass) << result.reason;
  EXPECT_LT(result.operations.total(), 69u);
  EXPECT_GE(result.operations.ok, 30u);
}

TEST(Run, IsAFunctionOfItsSeed) {
  Runner runner;
  std::set<uint64_t> hashes;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const uint64_t hash = runner.run(scenario(), seed).trace_hash;
    EXPECT_EQ(hash, runner.run(scenario(), seed).trace_hash);
    EXPECT_EQ(hash, runner.run(scenario(), seed, {.salt = 12345}).trace_hash);
    EXPECT_EQ(hash, runner.run(scenario(), seed, {.log_choices = true}).trace_hash);
    hashes.insert(hash);
  }
  EXPECT_EQ(hashes.size(), 20u);
  Runner other;
  EXPECT_EQ(other.run(scenario(), 7).trace_hash, runner.run(scenario(), 7).trace_hash);
}

struct Ending {
  const char* mutant;
  Verdict verdict;
  RunEnd end;
  friend std::ostream& operator<<(std::ostream& out, const Ending& ending) {
    return out << ending.mutant;
  }
};

class RunEndings : public ::testing::TestWithParam<Ending> {};

TEST_P(RunEndings, AreTheVerdictTheyDeserve) {
  Scenario wrong = scenario();
  set_mutant(wrong, GetParam().mutant);
  set_field(wrong, "limits.memory_mib=64");
  Runner runner;
  const RunResult result = runner.run(wrong, 1);
  EXPECT_EQ(result.verdict, GetParam().verdict) << result.reason;
  EXPECT_EQ(result.run_end, GetParam().end) << result.end_message;
}

INSTANTIATE_TEST_SUITE_P(
    Mutants, RunEndings,
    ::testing::Values(Ending{"store.forgets", Verdict::kViolation, RunEnd::kCompleted},
                      Ending{"store.hangs", Verdict::kInconclusive, RunEnd::kCompleted},
                      Ending{"store.spins", Verdict::kLiveness, RunEnd::kStepLimit},
                      Ending{"store.leaks", Verdict::kInconclusive, RunEnd::kMemoryLimit},
                      Ending{"store.asserts", Verdict::kViolation, RunEnd::kInvariant}));

TEST(Run, LeavesNothingBehindAfterAnUnfinishedRun) {
  Runner runner;
  Scenario wrong = scenario();
  set_mutant(wrong, "store.asserts");
  const uint64_t before = runner.run(scenario(), 3).trace_hash;
  for (uint64_t seed = 0; seed < 50; ++seed) (void)runner.run(wrong, seed);
  EXPECT_EQ(runner.run(scenario(), 3).trace_hash, before);
}

}  // namespace
}  // namespace seedbed

// The service as the testbed runs it: by scenario and seed.
#include "sim/run/scenario.h"

#include <gtest/gtest.h>

#include <array>

#include "protocols/outbox/spec.h"
#include "sim/run/run.h"

namespace seedbed::outbox {
namespace {

constexpr std::string_view kStorm = R"(
  description: "any part goes away, and comes back"
  protocol: "outbox"
  servers: 7
  clients: 4
  workload { kind: "append" operations: 200 attempts: 4 keys: 2 }
  network { loss_permille { max: 30 } duplicate_permille { max: 50 } }
  faults {
    end_ms: 10000
    dose { fault: "partition" slots: 4 odds_percent: 70 duration_ms { min: 100 max: 900 } }
    dose { fault: "pause" slots: 3 odds_percent: 70 duration_ms { min: 100 max: 900 } }
    dose { fault: "crash" slots: 8 odds_percent: 70 duration_ms { min: 20 max: 600 }
           at_disk_operation_percent: 40 max_disk_operation: 300
           at_message_percent: 50 max_message: 800 }
  }
  limits { settle_ms: 4000 }
)";

class ScenarioTest : public ::testing::Test {
 protected:
  Scenario storm(std::string_view mutant = {}) {
    Scenario scenario = parse_scenario(kStorm, "storm", "storm.textproto", protocols);
    if (!mutant.empty()) set_mutant(scenario, mutant);
    return scenario;
  }

  const std::array<ProtocolSpec, 1> protocols{spec()};
  Runner runner;
};

TEST_F(ScenarioTest, TheServicePassesAStorm) {
  const Scenario scenario = storm();
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    const RunResult result = runner.run(scenario, seed);
    EXPECT_EQ(result.verdict, Verdict::kPass) << "seed " << seed << ": " << result.reason;
  }
}

// Whoever kills a stateless replica may leave a client in the dark, but must not make it believe
// that something failed which may have happened.
TEST_F(ScenarioTest, NoOperationFails) {
  const Scenario scenario = storm();
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    EXPECT_EQ(runner.run(scenario, seed).operations.fail, 0u) << "seed " << seed;
  }
}

TEST_F(ScenarioTest, EveryMutantIsCaughtByTheCheckThatNamesIt) {
  for (const MutantSpec& mutant : protocols[0].mutants) {
    if (mutant.caught_by == "BoundedStaleness")
      continue;  // needs reads from the cache: tests/mutants
    const Scenario scenario = storm(mutant.name);
    uint64_t caught = 0;
    for (uint64_t seed = 1; seed <= 10; ++seed) {
      for (const CheckResult& check : runner.run(scenario, seed).checks) {
        const bool violated = check.status == CheckStatus::kViolation;
        if (violated && check.name == mutant.caught_by) ++caught;
      }
    }
    EXPECT_GT(caught, 2u) << mutant.name;
  }
}

// What the disks say at once, the consumer would notice in the end.
TEST_F(ScenarioTest, ADualWriteLosesEffectsForGood) {
  Scenario scenario = storm("outbox.ch02-dual-write");
  set_field(scenario, "workload.attempts=1");  // nobody repairs it by asking again
  uint64_t lost = 0;
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    for (const CheckResult& check : runner.run(scenario, seed).checks) {
      if (check.name == "OutboxDrained" && check.status == CheckStatus::kLiveness) ++lost;
    }
  }
  EXPECT_GT(lost, 2u);
}

}  // namespace
}  // namespace seedbed::outbox

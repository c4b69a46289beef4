// Two-phase commit as the testbed runs it: by scenario and seed.
#include "sim/run/scenario.h"

#include <gtest/gtest.h>

#include <array>
#include <map>

#include "protocols/two_phase_commit/spec.h"
#include "sim/run/run.h"

namespace seedbed::two_phase_commit {
namespace {

constexpr std::string_view kStorm = R"(
  description: "whatever can crash, crashes"
  protocol: "two_phase_commit"
  options { [type.googleapis.com/seedbed.two_phase_commit.wire.Options] {
    coordinators: 2 checkpoint_every: 8 } }
  servers: 5
  clients: 5
  workload { kind: "bank" operations: 300 keys: 5 minimum_ok_percent: 10
             think_ms { min: 0 max: 40 } }
  network { loss_permille { max: 30 } duplicate_permille { max: 80 } tail_permille { max: 20 } }
  disk { sync_mean_us { min: 1000 max: 10000 } }
  faults {
    end_ms: 8000
    dose { fault: "isolate_leader" slots: 3 duration_ms { min: 200 max: 1500 } }
    dose { fault: "partition" slots: 4 duration_ms { min: 200 max: 1500 } }
    dose { fault: "crash" slots: 8 at_disk_operation_percent: 40 max_disk_operation: 800
           at_message_percent: 40 max_message: 2000 duration_ms { min: 10 max: 800 } }
  }
  limits { settle_ms: 4000 }
)";

class ScenarioTest : public ::testing::Test {
 protected:
  Scenario storm(std::string_view workload, std::string_view mutant = {}) {
    Scenario scenario = parse_scenario(kStorm, "storm", "storm.textproto", protocols);
    set_field(scenario, "workload.kind=" + std::string(workload));
    if (!mutant.empty()) set_mutant(scenario, mutant);
    return scenario;
  }
  // How many of the seeds end with each verdict of each check.
  using Counts = std::map<std::string, std::map<CheckStatus, uint64_t>>;
  Counts verdicts(const Scenario& scenario, uint64_t seeds) {
    Counts counts;
    for (uint64_t seed = 1; seed <= seeds; ++seed) {
      for (const CheckResult& check : runner.run(scenario, seed).checks) {
        ++counts[check.name][check.status];
      }
    }
    return counts;
  }
  static uint64_t broken(Counts& counts, const std::string& check) {
    return counts[check][CheckStatus::kViolation] + counts[check][CheckStatus::kLiveness];
  }

  const std::array<ProtocolSpec, 1> protocols{spec()};
  Runner runner;
};

TEST_F(ScenarioTest, TheProtocolPassesAStorm) {
  for (const std::string_view workload : {"bank", "list_append", "lookup"}) {
    const Scenario scenario = storm(workload);
    for (uint64_t seed = 1; seed <= 40; ++seed) {
      const RunResult result = runner.run(scenario, seed);
      EXPECT_EQ(result.verdict, Verdict::kPass) << workload << " " << seed << ": " << result.reason;
    }
  }
}

TEST_F(ScenarioTest, EveryMutantIsCaughtByTheCheckThatNamesIt) {
  for (const MutantSpec& mutant : protocols[0].mutants) {
    Counts counts = verdicts(storm("bank", mutant.name), 60);
    EXPECT_GT(broken(counts, mutant.caught_by), 0u) << mutant.name;
  }
}

// Where a client can see it, a client does.
TEST_F(ScenarioTest, ClientsSeeBrokenAtomicityAndBrokenLocks) {
  for (const std::string_view mutant : {"b01-prepared-in-memory", "b05-unlocks-at-vote",
                                        "b07-executes-copies", "stale-after-wait"}) {
    const std::string name = "two_phase_commit." + std::string(mutant);
    Counts bank = verdicts(storm("bank", name), 60);
    Counts lists = verdicts(storm("list_append", name), 60);
    EXPECT_GT(
        broken(bank, "Conservation") + broken(lists, "StrictSerializable") + broken(lists, "Lists"),
        0u)
        << mutant;
  }
}

TEST_F(ScenarioTest, AWeaknessDoesNotAbsorbWhatABugBreaks) {
  for (const std::string_view mutant :
       {"b01-prepared-in-memory", "b06-gives-up-in-doubt", "b07-executes-copies", "ch05-no-log"}) {
    Scenario scenario = storm("bank", "two_phase_commit." + std::string(mutant));
    set_field(scenario, "faults.dose[0].for_good_percent=100");
    uint64_t violations = 0;
    for (uint64_t seed = 1; seed <= 60; ++seed) {
      violations += runner.run(scenario, seed).verdict == Verdict::kViolation ? 1 : 0;
    }
    EXPECT_GT(violations, 0u) << mutant;
  }
}

TEST_F(ScenarioTest, WhoeverNeverAsksIsNotExcusedByALostCoordinator) {
  Scenario scenario = storm("bank", "two_phase_commit.never-asks");
  Counts counts = verdicts(scenario, 60);
  EXPECT_GT(counts["AC5"][CheckStatus::kLiveness], 0u);
}

}  // namespace
}  // namespace seedbed::two_phase_commit

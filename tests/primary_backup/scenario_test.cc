// The service as the testbed runs it: by scenario and seed.
#include "sim/run/scenario.h"

#include <gtest/gtest.h>

#include <array>
#include <map>

#include "protocols/primary_backup/spec.h"
#include "sim/run/run.h"

namespace seedbed::primary_backup {
namespace {

constexpr std::string_view kStorm = R"(
  description: "primaries come and go"
  protocol: "primary_backup"
  servers: 6
  clients: 4
  workload { kind: "append" operations: 250 keys: 2 final_operations: 6
             think_ms { min: 0 max: 80 } }
  network { loss_permille { max: 20 } duplicate_permille { max: 50 } }
  faults {
    end_ms: 12000
    dose { fault: "isolate_leader" slots: 5 odds_percent: 70 duration_ms { min: 300 max: 1200 } }
    dose { fault: "partition" slots: 5 odds_percent: 70 duration_ms { min: 300 max: 1200 } }
    dose { fault: "crash" slots: 5 at_disk_operation_percent: 50 max_disk_operation: 500 }
  }
  limits { settle_ms: 3000 }
)";

constexpr uint64_t kSeeds = 40;

class ScenarioTest : public ::testing::Test {
 protected:
  Scenario storm(std::string_view policy, std::string_view mutant = {}) {
    Scenario scenario = parse_scenario(kStorm, "storm", "storm.textproto", protocols);
    set_field(scenario, std::string("options.policy=") + std::string(policy));
    if (!mutant.empty()) set_mutant(scenario, mutant);
    return scenario;
  }
  // How many of the seeds end with each verdict of that check.
  std::map<CheckStatus, uint64_t> verdicts(const Scenario& scenario, std::string_view name) {
    std::map<CheckStatus, uint64_t> counts;
    for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
      for (const CheckResult& check : runner.run(scenario, seed).checks) {
        if (check.name == name) ++counts[check.status];
      }
    }
    return counts;
  }

  const std::array<ProtocolSpec, 1> protocols{spec()};
  Runner runner;
};

TEST_F(ScenarioTest, TheServicePassesAStormUnderEveryPolicyThatWaits) {
  for (const std::string_view policy : {"QUORUM", "SEMI_SYNC", "ALL"}) {
    const Scenario scenario = storm(policy);
    for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
      const RunResult result = runner.run(scenario, seed);
      EXPECT_EQ(result.verdict, Verdict::kPass) << policy << " " << seed << ": " << result.reason;
    }
  }
}

TEST_F(ScenarioTest, AnAsynchronousPrimaryLosesItsTailAndThatIsKnown) {
  auto counts = verdicts(storm("ASYNC"), "Durability");
  EXPECT_GT(counts[CheckStatus::kExpectedWeakness], 0u);
  EXPECT_EQ(counts[CheckStatus::kViolation], 0u);
}

TEST_F(ScenarioTest, TheSameStormLosesNothingIfOneBackupIsWaitedFor) {
  EXPECT_EQ(verdicts(storm("SEMI_SYNC"), "Durability")[CheckStatus::kPass], kSeeds);
}

TEST_F(ScenarioTest, TheWeaknessDoesNotAbsorbWhatABugLoses) {
  for (const std::string_view mutant :
       {"primary_backup.promote-behind", "primary_backup.ch01-no-sync"}) {
    EXPECT_GT(verdicts(storm("ASYNC", mutant), "Durability")[CheckStatus::kViolation], 0u)
        << mutant;
  }
}

TEST_F(ScenarioTest, AnImpatientPrimaryLosesWhatItWaitedForInVainAndThatIsKnown) {
  Scenario scenario = storm("SEMI_SYNC");
  set_field(scenario, "options.backup_timeout_ms=100");
  auto counts = verdicts(scenario, "Durability");
  EXPECT_GT(counts[CheckStatus::kExpectedWeakness], 0u);
  EXPECT_EQ(counts[CheckStatus::kViolation], 0u);
  const RunResult result = runner.run(scenario, 1);
  EXPECT_EQ(result.probes[result.probes.size() - 2].first, "WAL-W1");
  EXPECT_EQ(result.probes.back().first, "WAL-W2");
}

TEST_F(ScenarioTest, ThePatienceDoesNotAbsorbWhatABugLoses) {
  for (const std::string_view mutant :
       {"primary_backup.promote-behind", "primary_backup.ch01-no-sync",
        "primary_backup.ch01-ignore-backups"}) {
    Scenario scenario = storm("SEMI_SYNC", mutant);
    set_field(scenario, "options.backup_timeout_ms=100");
    EXPECT_GT(verdicts(scenario, "Durability")[CheckStatus::kViolation], 0u) << mutant;
  }
}

TEST_F(ScenarioTest, EveryMutantIsCaughtByTheCheckThatNamesIt) {
  for (const MutantSpec& mutant : protocols[0].mutants) {
    // These need another workload, other reads, or other disks: tests/mutants.
    if (mutant.name == "primary_backup.ch01-read-deposed") continue;
    if (mutant.name == "primary_backup.resume-epoch") continue;
    if (mutant.caught_by == "ReadsYourWrites" || mutant.caught_by == "BoundedStaleness") continue;
    EXPECT_GT(verdicts(storm("QUORUM", mutant.name), mutant.caught_by)[CheckStatus::kViolation], 1u)
        << mutant.name;
  }
}

}  // namespace
}  // namespace seedbed::primary_backup

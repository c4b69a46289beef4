// Raft as the testbed runs it: servers, clients and faults in a simulated world, by scenario and
// seed.
#include "sim/run/scenario.h"

#include <gtest/gtest.h>

#include <array>

#include "protocols/raft/mutants.h"
#include "protocols/raft/spec.h"
#include "sim/run/run.h"

namespace seedbed::raft {
namespace {

// Small messages, a slow disk now and then, and everything that a network and power supply may do.
constexpr std::string_view kStorm = R"(
  description: "a short storm"
  protocol: "raft"
  options { [type.googleapis.com/seedbed.raft.wire.Options] { max_batch_bytes: 64 twin: true } }
  servers: 3
  clients: 3
  workload { kind: "append" operations: 90 keys: 2 minimum_ok_percent: 20 }
  network { loss_permille { max: 40 } duplicate_permille { max: 60 } reorder_permille { max: 60 } }
  disk { sync_mean_us { min: 500 max: 15000 } }
  faults {
    end_ms: 4000
    dose { fault: "crash" slots: 4 odds_percent: 70 duration_ms { min: 50 max: 800 }
           at_disk_operation_percent: 60 max_disk_operation: 200 }
    dose { fault: "partition" slots: 6 odds_percent: 70 duration_ms { min: 100 max: 600 } }
    dose { fault: "slow_disk" slots: 3 duration_ms { min: 300 max: 1500 }
           magnitude { min: 5000 max: 100000 } }
    dose { fault: "pause" slots: 2 duration_ms { min: 50 max: 600 } }
  }
)";

class RaftScenario : public ::testing::Test {
 protected:
  Scenario storm(std::string_view mutant = {}) {
    Scenario scenario = parse_scenario(kStorm, "raft/storm", "storm.textproto", protocols);
    if (!mutant.empty()) set_mutant(scenario, mutant);
    return scenario;
  }

  const std::array<ProtocolSpec, 1> protocols{spec()};
  Runner runner;
};

TEST_F(RaftScenario, PassesAStorm) {
  const Scenario scenario = storm();
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    const RunResult result = runner.run(scenario, seed);
    EXPECT_EQ(result.verdict, Verdict::kPass) << "seed " << seed << ": " << result.reason;
  }
}

// Those that need a rarer coincidence are found in random clusters (cluster_test.cc), and those
// that are about elections, queries, transfers, sessions, membership and snapshots in the scenarios
// that have them (tests/mutants).
bool shows_in_a_storm(Mutant mutant) {
  switch (mutant) {
    case Mutant::kB02:
    case Mutant::kB03:
    case Mutant::kB05:
    case Mutant::kB07:
    case Mutant::kB08:
    case Mutant::kB11:
    case Mutant::kB12:
    case Mutant::kB13PreVote:
    case Mutant::kB13CheckQuorum:
    case Mutant::kB15:
    case Mutant::kB16:
    case Mutant::kB06:
    case Mutant::kB09:
    case Mutant::kB17:
    case Mutant::kB18:
    case Mutant::kB19:
    case Mutant::kB20:
    case Mutant::kB22:
    case Mutant::kB23:
    case Mutant::kRsmB01:
    case Mutant::kRsmB04:
    case Mutant::kRsmB05:
    case Mutant::kRsmB06:
    case Mutant::kRsmB07:
    case Mutant::kRsmB08:
    case Mutant::kRsmB09:
    case Mutant::kRsmB10:
    case Mutant::kCh04:
    case Mutant::kActivateAlone: return false;
    default: return true;
  }
}

TEST_F(RaftScenario, MutantsAreCaughtInAStormByTheCheckThatNamesThem) {
  for (const MutantInfo& mutant : mutants()) {
    if (!shows_in_a_storm(mutant.mutant)) continue;
    const Scenario scenario = storm(mutant.name);
    uint64_t caught = 0;
    uint64_t violations = 0;
    for (uint64_t seed = 1; seed <= 60; ++seed) {
      const RunResult result = runner.run(scenario, seed);
      if (result.verdict == Verdict::kViolation) ++violations;
      for (const CheckResult& check : result.checks) {
        if (check.name == mutant.caught_by && check.status == CheckStatus::kViolation) ++caught;
      }
    }
    EXPECT_GT(violations, 15u) << mutant.name;
    EXPECT_GT(caught, 0u) << mutant.name;  // the core's own assertions may be faster
  }
}

TEST_F(RaftScenario, EveryMutantNamesAnExistingCheck) {
  for (const MutantSpec& mutant : protocols[0].mutants) {
    uint64_t found = 0;
    for (const CheckSpec& check : protocols[0].checks) found += check.name == mutant.caught_by;
    EXPECT_EQ(found, 1u) << mutant.name << " is said to be caught by " << mutant.caught_by;
  }
}

}  // namespace
}  // namespace seedbed::raft

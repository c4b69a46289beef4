// Raft with and without PreVote and CheckQuorum, in a simulated world: whatever is in use, nothing
// wrong is said under any faults; and the combinations that promise progress make it. Then the
// weaknesses: each is seen, under its own name.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>

#include "protocols/raft/spec.h"
#include "sim/core/arena.h"
#include "sim/explore/expectation.h"
#include "sim/run/run.h"
#include "tests/mutants/tables.h"

namespace seedbed::raft {
namespace {

constexpr std::string_view kEverything = R"(
  description: "all that Raft survives"
  protocol: "raft"
  options {{ [type.googleapis.com/seedbed.raft.wire.Options] {{
    no_pre_vote: {} no_check_quorum: {} }} }}
  servers: 5
  clients: 3
  zones: 3
  workload {{ kind: "append" operations: 120 keys: 3 minimum_ok_percent: 20 }}
  network {{ reset_permille {{}} half_open_permille {{}} }}
  swarm: true
  faults {{
    end_ms: 6000
    dose {{ fault: "isolate_leader" slots: 3 duration_ms {{ min: 100 max: 1500 }} }}
    dose {{ fault: "partial_partition" slots: 2 duration_ms {{ min: 300 max: 2000 }} }}
    dose {{ fault: "memory_limit" slots: 0 }}
  }}
  limits {{ settle_ms: 2500 }}
)";

// Whether a server stays that is heard by the others and hears nobody.
class Deaf final : public EventSink {
 public:
  EventKinds interests() const override { return EventKinds(EventKind::kOutside); }
  void on_event(const TraceEvent& event) override { found = found || event.name == "deaf"; }
  bool found = false;
};

class Combinations : public ::testing::TestWithParam<std::pair<bool, bool>> {
 protected:
  const std::array<ProtocolSpec, 1> protocols{spec()};
  Runner runner;
};

INSTANTIATE_TEST_SUITE_P(Every, Combinations,
                         ::testing::Values(std::pair(true, true), std::pair(true, false),
                                           std::pair(false, true), std::pair(false, false)),
                         [](const auto& info) {
                           return std::string(info.param.first ? "PreVote" : "NoPreVote") +
                                  (info.param.second ? "CheckQuorum" : "NoCheckQuorum");
                         });

TEST_P(Combinations, AreSafeUnderEverythingAndMakeProgressWhereTheyPromiseIt) {
  const auto [pre_vote, check_quorum] = GetParam();
  const Scenario scenario = parse_scenario(fmt::format(kEverything, !pre_vote, !check_quorum),
                                           "raft/combination", "combination", protocols);
  uint64_t passed = 0;
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    Deaf deaf;
    const RunResult result = runner.run(scenario, seed, {.watchers = {&deaf}});
    // Without CheckQuorum, a leader that hears nobody keeps the others from electing another; and
    // without PreVote as well, any server that hears nobody deposes every leader.
    const bool stuck = result.verdict == Verdict::kLiveness && !check_quorum && deaf.found;
    passed += result.verdict == Verdict::kPass ? 1 : 0;
    EXPECT_TRUE(stuck || result.verdict == Verdict::kPass)
        << "seed " << seed << ": " << to_string(result.verdict) << " " << result.reason_check << " "
        << result.reason;
  }
  EXPECT_GT(passed, 45u);
}

struct Weakness {
  std::string_view scenario;
  std::string_view id;
  Verdict verdict{};
  friend std::ostream& operator<<(std::ostream& out, const Weakness& weakness) {
    return out << weakness.scenario << " shows " << weakness.id;
  }
};

class Weaknesses : public ::testing::TestWithParam<Weakness> {
 protected:
  const std::array<ProtocolSpec, 1> protocols{spec()};
  Runner runner;
};

// A promise is really broken, and what breaks it has a name, in the verdict and in the counts.
TEST_P(Weaknesses, ShowThemselvesUnderTheirNames) {
  const Weakness& weakness = GetParam();
  const Scenario scenario = load_scenario(std::string(weakness.scenario), protocols);
  uint64_t shown = 0;
  for (uint64_t seed = 1; seed <= 120; ++seed) {
    const RunResult result = runner.run(scenario, seed);
    const bool counted = count_of(result.probes, weakness.id) > 0;
    EXPECT_EQ(counted, result.verdict == weakness.verdict) << "seed " << seed;
    EXPECT_TRUE(is_expected(scenario, result.verdict)) << "seed " << seed << " " << result.reason;
    if (!counted) continue;
    ++shown;
    EXPECT_TRUE(result.reason.starts_with(weakness.id)) << result.reason;
  }
  EXPECT_GT(shown, 1u);
}

INSTANTIATE_TEST_SUITE_P(
    Every, Weaknesses,
    ::testing::Values(Weakness{"raft/broken_disks", "RAFT-A1", Verdict::kAssumptionBroken},
                      Weakness{"raft/broken_clocks", "RAFT-A2", Verdict::kAssumptionBroken},
                      Weakness{"raft/star_partitions", "RAFT-L1", Verdict::kExpectedWeakness},
                      Weakness{"raft/quorum_loss", "RAFT-L1", Verdict::kExpectedWeakness},
                      Weakness{"raft/ring_partitions", "RAFT-L1", Verdict::kExpectedWeakness}),
    [](const auto& info) {
      std::string name(info.param.scenario);
      name[name.find('/')] = '_';
      return name;
    });

// What excuses a standstill is the links and the disks, not that nothing goes on: a bug that makes
// one is still a bug where links are lost.
TEST(WeaknessClassifier, DoesNotAbsorbMutants) {
  const std::array<ProtocolSpec, 1> protocols{spec()};
  Runner runner;
  const std::pair<std::string_view, std::string_view> pairs[] = {
      {"raft/rejoin", "raft.b12-ignore-earlier-terms"},
      {"raft/partial_partitions", "raft.b13-no-pre-vote"},
      {"raft/partial_partitions", "raft.b13-no-check-quorum"},
  };
  for (const auto& [name, mutant] : pairs) {
    Scenario scenario = load_scenario(std::string(name), protocols);
    set_mutant(scenario, mutant);
    uint64_t stuck = 0;
    for (uint64_t seed = 1; seed <= 60; ++seed) {
      const RunResult result = runner.run(scenario, seed);
      stuck += result.verdict == Verdict::kLiveness ? 1 : 0;
      EXPECT_NE(result.verdict, Verdict::kExpectedWeakness) << mutant << " seed " << seed;
    }
    EXPECT_GT(stuck, 0u) << mutant;
  }
}

}  // namespace
}  // namespace seedbed::raft

// What a swarm draws: of each fault that could happen, in some of the runs.
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "sim/core/event.h"
#include "sim/fault/catalogue.h"
#include "sim/run/scenario.h"
#include "tests/run/memory_store.h"

namespace seedbed {
namespace {

constexpr uint64_t kSeeds = 200;

// Survives everything that a catalogue could hold, has a leader, and two versions.
const std::vector<ProtocolSpec>& protocols() {
  static const std::vector<ProtocolSpec> kProtocols = [] {
    ProtocolSpec sturdy = memory_store();
    sturdy.name = "sturdy";
    sturdy.orders = {"transfer_leadership", "add_server",       "demote_server",
                     "remove_server",       "heuristic_commit", "heuristic_abort"};
    sturdy.survives = [](const Setup& setup) {
      const size_t servers = setup.servers.size();
      return Tolerance{.servers_down = static_cast<uint32_t>(servers),
                       .survives_power_loss = true,
                       .disks_lost = static_cast<uint32_t>(servers),
                       .clock_drift_ppm = 1'000'000,
                       .clock_error = 1h};
    };
    sturdy.earlier = {{"1", "nothing", sturdy.make_process}};
    sturdy.leads = [](const TraceEvent&) { return std::optional<bool>(); };
    return std::vector<ProtocolSpec>{memory_store(), sturdy};
  }();
  return kProtocols;
}

Scenario swarm_of(const std::string& protocol, const std::string& more = "") {
  return parse_scenario(
      "protocol: '" + protocol + "' servers: 5 workload { kind: 'register' } swarm: true " + more,
      "test", "test", protocols());
}

// How many of the seeds have each fault in.
std::map<std::string_view, uint64_t> drawn(const Scenario& scenario) {
  std::map<std::string_view, uint64_t> counts;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    for (const std::string_view fault : configured_faults(resolve(scenario, seed).data)) {
      ++counts[fault];
    }
  }
  return counts;
}

// Rates that are no ranges are the same in all runs.
bool is_drawn(const FaultInfo& fault) {
  if (!fault.is_rate()) return true;
  const size_t dot = fault.setting.find('.');
  const auto* part =
      run::Scenario::descriptor()->FindFieldByName(std::string(fault.setting.substr(0, dot)));
  const auto* field =
      part->message_type()->FindFieldByName(std::string(fault.setting.substr(dot + 1)));
  return field->message_type() == run::Range::descriptor();
}

TEST(Swarm, HasEachFaultInSomeRunsAndOutOfOthers) {
  auto counts = drawn(swarm_of("sturdy", "zones: 2"));
  for (const FaultInfo& fault : fault_catalogue()) {
    if (!is_drawn(fault)) continue;
    EXPECT_GT(counts[fault.name], kSeeds / 8) << fault.name;
    EXPECT_LT(counts[fault.name], kSeeds / 2) << fault.name;
  }
}

TEST(Swarm, VariesHowManyFaultsAreIn) {
  const Scenario scenario = swarm_of("sturdy");
  std::set<size_t> sizes;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    sizes.insert(configured_faults(resolve(scenario, seed).data).size());
  }
  EXPECT_LE(*sizes.begin(), fault_catalogue().size() / 8);
  EXPECT_GE(*sizes.rbegin(), fault_catalogue().size() / 2);
}

TEST(Swarm, DrawsNothingThatTheProtocolDoesNotPromiseToSurvive) {
  for (const auto& [name, count] : drawn(swarm_of("memory_store", "zones: 2"))) {
    EXPECT_EQ(find_fault(name)->cost, Cost::kNothing) << name << " in " << count << " runs";
  }
}

TEST(Swarm, DrawsNoFaultThatHasNobodyToHit) {
  auto one_zone = drawn(swarm_of("sturdy"));
  EXPECT_EQ(one_zone["zone_partition"], 0u);
  EXPECT_EQ(one_zone["zone_power_loss"], 0u);
  EXPECT_GT(one_zone["isolate_leader"], 0u);
  auto nobody_leads = drawn(swarm_of("memory_store", "zones: 2"));
  EXPECT_EQ(nobody_leads["isolate_leader"], 0u);
  EXPECT_GT(nobody_leads["zone_partition"], 0u);
}

TEST(Swarm, LeavesOutWhatTheScenarioSetsToNothing) {
  auto counts = drawn(swarm_of(
      "sturdy", "network { loss_permille {} } faults { dose { fault: 'crash' slots: 0 } }"));
  EXPECT_EQ(counts["message_loss"], 0u);
  EXPECT_EQ(counts["crash"], 0u);
  EXPECT_GT(counts["message_duplicate"], 0u);
  EXPECT_GT(counts["pause"], 0u);
}

TEST(Swarm, KeepsTheRatesOfAScenario) {
  const Scenario scenario = swarm_of("sturdy", "network { loss_permille { min: 7 max: 7 } }");
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    EXPECT_EQ(resolve(scenario, seed).data.network().loss_permille().max(), 7);
  }
}

TEST(Swarm, AddsToTheDosesOfAScenario) {
  const Scenario scenario =
      swarm_of("sturdy", "faults { dose { fault: 'crash' slots: 3 max_disk_operation: 8 } }");
  std::set<int> doses;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    int crashes = 0;
    const run::Scenario data = resolve(scenario, seed).data;
    EXPECT_EQ(data.faults().dose(0).max_disk_operation(), 8);
    for (const run::Dose& dose : data.faults().dose()) crashes += dose.fault() == "crash" ? 1 : 0;
    doses.insert(crashes);
  }
  EXPECT_EQ(doses, (std::set<int>{1, 2}));
}

}  // namespace
}  // namespace seedbed

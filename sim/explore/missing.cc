// What a campaign should have seen: a test that never tries something proves nothing about it.
#include <fmt/format.h>

#include <algorithm>

#include "sim/explore/campaign.h"
#include "sim/explore/expectation.h"
#include "sim/fault/catalogue.h"

namespace seedbed {
namespace {

// Fewer runs may leave out a fault that the scenario asks for, by chance.
constexpr uint64_t kEnoughRuns = 20;

// A fault that a swarm draws fires less surely: its rate may be next to nothing, its slots empty,
// its target down already. The least that was measured is one in four of the runs into which it was
// drawn (read errors in crdt/swarm; most fire in three of four). Even a fault that fires in one of
// eight is silent in 100 such runs with a chance of 2 in a million. A fault is drawn into some 31
// runs of 100, so that this takes a hunt of about 320.
constexpr uint64_t kEnoughDraws = 100;

std::string how_to_leave_out(std::string_view name) {
  const FaultInfo* fault = find_fault(name);
  if (fault == nullptr || !fault->is_rate()) return "give it a dose of 0 slots";
  return fmt::format("set {} to 0", fault->setting);
}

void miss_probes(const Scenario& scenario, const ScenarioTotals& totals,
                 std::vector<std::string>& missing) {
  for (const std::string& probe : scenario.data.expect().campaign_probe()) {
    if (count_of(totals.probes, probe) > 0) continue;
    missing.push_back(fmt::format("{}: none of {} runs reached the probe {}", scenario.name,
                                  totals.runs(), probe));
  }
}

void miss_configured(const Scenario& scenario, const ScenarioTotals& totals,
                     std::vector<std::string>& missing) {
  if (totals.runs() < kEnoughRuns) return;
  for (const std::string_view fault : configured_faults(scenario.data)) {
    if (count_of(totals.faults, fault) > 0) continue;
    missing.push_back(fmt::format("{}: the fault {} is configured, and did not fire in {} runs",
                                  scenario.name, fault, totals.runs()));
  }
}

// What only a swarm asks for, in some of the runs.
void miss_drawn(const Scenario& scenario, const ScenarioTotals& totals,
                std::vector<std::string>& missing) {
  const std::vector<std::string_view> configured = configured_faults(scenario.data);
  for (const auto& [fault, runs] : totals.fault_runs) {
    if (runs < kEnoughDraws || count_of(totals.faults, fault) > 0) continue;
    if (std::find(configured.begin(), configured.end(), fault) != configured.end()) continue;
    missing.push_back(fmt::format(
        "{}: the fault {} was drawn into {} runs, and fired in none of them; if it cannot fire "
        "there, {}",
        scenario.name, fault, runs, how_to_leave_out(fault)));
  }
}

}  // namespace

std::vector<std::string> missing_in(const Scenario& scenario, const ScenarioTotals& totals) {
  std::vector<std::string> missing;
  if (totals.runs() == 0) return missing;
  miss_probes(scenario, totals, missing);
  miss_configured(scenario, totals, missing);
  miss_drawn(scenario, totals, missing);
  return missing;
}

}  // namespace seedbed

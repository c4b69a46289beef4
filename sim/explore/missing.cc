// What a campaign should have seen: a test that never tries something proves nothing about it.
#include <fmt/format.h>

#include "sim/explore/campaign.h"
#include "sim/explore/expectation.h"

namespace seedbed {
namespace {

// Fewer runs may leave out a fault by chance.
constexpr uint64_t kEnoughRuns = 20;

}  // namespace

std::vector<std::string> missing_in(const Scenario& scenario, const ScenarioTotals& totals) {
  std::vector<std::string> missing;
  const uint64_t runs = totals.runs();
  if (runs == 0) return missing;
  for (const std::string& probe : scenario.data.expect().campaign_probe()) {
    if (count_of(totals.probes, probe) > 0) continue;
    missing.push_back(
        fmt::format("{}: none of {} runs reached the probe {}", scenario.name, runs, probe));
  }
  if (runs < kEnoughRuns) return missing;
  for (const std::string_view fault : configured_faults(scenario.data)) {
    if (count_of(totals.faults, fault) > 0) continue;
    missing.push_back(fmt::format("{}: the fault {} is configured, and did not fire in {} runs",
                                  scenario.name, fault, runs));
  }
  return missing;
}

}  // namespace seedbed

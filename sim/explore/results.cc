#include "sim/explore/results.h"

#include <algorithm>
#include <set>

namespace seedbed {

void add_to(Tally& tally, std::string_view name, uint64_t count) {
  const auto known = std::find_if(tally.begin(), tally.end(),
                                  [&](const auto& entry) { return entry.first == name; });
  if (known == tally.end()) {
    tally.emplace_back(name, count);
  } else {
    known->second += count;
  }
}

std::string shape_of_faults(const Tally& faults) {
  std::set<std::string_view> fired;
  for (const auto& [name, count] : faults) {
    if (count > 0) fired.insert(name);
  }
  std::string shape;
  for (const std::string_view name : fired) {
    if (!shape.empty()) shape += ',';
    shape += name;
  }
  return shape;
}

void ScenarioTotals::add(const RunRecord& run) {
  ++endings[run.ending];
  run_twice += run.run_twice ? 1 : 0;
  events += run.events;
  core_time += run.core_time;
  for (const auto& [name, count] : run.faults) {
    add_to(faults, name, count);
    add_to(fault_runs, name, 1);
  }
  for (const auto& [name, count] : run.probes) add_to(probes, name, count);
}

}  // namespace seedbed

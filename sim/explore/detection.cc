#include "sim/explore/detection.h"

#include <algorithm>
#include <sstream>

#include "sim/core/check.h"
#include "sim/explore/campaign.h"
#include "sim/run/simulation.h"

namespace seedbed {

DetectionResult measure_detection(const DetectionOptions& options) {
  CHECK(!options.checks.empty());
  DetectionResult result;
  for (uint64_t i = 0; i < options.ranges; ++i) {
    const uint64_t first = options.first_seed + i * options.seeds_per_range;
    const CampaignResult campaign = run_campaign({.scenarios = {options.scenario},
                                                  .first_seed = first,
                                                  .seeds = options.seeds_per_range,
                                                  .workers = options.workers,
                                                  .run_timeout = options.run_timeout,
                                                  .run_memory = options.run_memory,
                                                  .twice_permille = 0,
                                                  .until_broken = options.checks,
                                                  .interrupted = options.interrupted});
    result.interrupted = campaign.interrupted;
    result.failure = campaign.failure;
    if (result.interrupted || !result.failure.empty()) break;
    result.ranges.push_back(
        {.first_seed = first, .runs = campaign.runs, .seed = campaign.first_broken});
    if (options.progress) options.progress(i + 1);
  }
  return result;
}

std::optional<uint64_t> seeds_to_detection(const Detection& range) {
  if (!range.seed) return std::nullopt;
  return *range.seed - range.first_seed + 1;
}

DetectionSummary summarise(const std::vector<Detection>& ranges) {
  std::vector<uint64_t> taken;
  for (const Detection& range : ranges) {
    if (const auto seeds = seeds_to_detection(range)) taken.push_back(*seeds);
  }
  std::sort(taken.begin(), taken.end());
  DetectionSummary summary{.ranges = ranges.size(), .caught = taken.size()};
  if (taken.empty()) return summary;
  summary.min = taken.front();
  summary.max = taken.back();
  const size_t upper = ranges.size() / 2;
  const size_t lower = (ranges.size() - 1) / 2;
  if (upper < taken.size()) summary.median = (taken[lower] + taken[upper] + 1) / 2;
  return summary;
}

std::vector<std::string> checks_that_name(const Scenario& scenario) {
  std::vector<std::string> checks;
  for (const MutantSpec& mutant : scenario.protocol->mutants) {
    if (mutant.name != scenario.mutant) continue;
    std::istringstream in(mutant.caught_by);
    for (std::string check; std::getline(in, check, ',');) {
      const size_t begin = check.find_first_not_of(' ');
      if (begin != std::string::npos) checks.push_back(check.substr(begin));
    }
  }
  return checks;
}

std::vector<std::string> checks_asked(const Scenario& scenario) {
  std::vector<std::string> checks;
  for (const auto& checker : make_checkers(scenario, make_setup(scenario))) {
    checks.push_back(checker->name());
  }
  return checks;
}

}  // namespace seedbed

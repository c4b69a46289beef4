// Detection: how many seeds it takes until the check that names a planted bug notices it. The
// measure of a test bed: a mutant that takes ten thousand seeds is not tested for.
//
//   DetectionResult result = measure_detection({.scenario = scenario, .checks = {"AckDurable"}});
//   DetectionSummary summary = summarise(result.ranges);      // median 61, worst 165
//
// Ranges of fresh seeds that do not overlap are run one after the other, each from its first seed
// to the first that breaks one of the checks. Only these count: a run in which another check broke
// first, and one of them too, is a detection; an assertion or a crash is none.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sim/explore/store.h"
#include "sim/run/scenario.h"

namespace seedbed {

struct DetectionOptions {
  Scenario scenario;  // with its mutant
  std::vector<std::string> checks;
  uint64_t first_seed = 1;
  uint64_t ranges = 20;
  uint64_t seeds_per_range = 4000;  // at most; a range without a detection ends there
  uint32_t workers = 1;
  std::chrono::milliseconds run_timeout = std::chrono::seconds(60);
  uint64_t run_memory = uint64_t{2} << 30;
  std::function<bool()> interrupted;                   // may be empty
  std::function<void(uint64_t ranges_done)> progress;  // may be empty
};

struct DetectionResult {
  std::vector<Detection> ranges;  // those that ended
  bool interrupted = false;
  std::string failure;  // why it could not go on; as a rule empty
};

// Forks, as run_campaign does.
DetectionResult measure_detection(const DetectionOptions& options);

// Seeds to detection: 1 if the first seed of a range did it. A range without a detection took more
// than all others; what falls on it is not known.
struct DetectionSummary {
  uint64_t ranges = 0;
  uint64_t caught = 0;
  std::optional<uint64_t> min;
  std::optional<uint64_t> median;  // of an even number: the mean of the middle two, rounded up
  std::optional<uint64_t> max;     // of those that were caught
};
DetectionSummary summarise(const std::vector<Detection>& ranges);

// Nothing if the range ended without a detection.
std::optional<uint64_t> seeds_to_detection(const Detection& range);

// The checks that may catch the scenario's mutant: MutantSpec::caught_by, at its commas.
std::vector<std::string> checks_that_name(const Scenario& scenario);

// All checks that the scenario asks its protocol for.
std::vector<std::string> checks_asked(const Scenario& scenario);

}  // namespace seedbed

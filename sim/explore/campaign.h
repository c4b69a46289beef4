// Campaign: many seeds of one or several scenarios, on all cores.
//
//   CampaignResult result = run_campaign({.scenarios = {scenario}, .seeds = 1000, .workers = 8});
//   for (const Finding& finding : result.findings) ...
//
// Seeds are run by worker processes, because the code under test may take its process down or never
// come back. A worker says which seed it runs before it runs it; one that dies or hangs turns that
// seed into a finding, and is replaced. What is found does not depend on how many workers there
// are.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sim/run/scenario.h"
#include "sim/run/verdict.h"

namespace seedbed {

struct CampaignResult;

struct CampaignOptions {
  std::vector<Scenario> scenarios;  // with mutants and changes
  uint64_t first_seed = 1;
  uint64_t seeds = 200;  // of each scenario
  uint32_t workers = 1;
  // No run begins later than that.
  std::optional<std::chrono::milliseconds> time;
  // A run that takes longer, by the clock on the wall, hangs.
  std::chrono::milliseconds run_timeout = std::chrono::seconds(60);
  // So many seeds in a thousand are run twice, and must give the same trace.
  uint32_t twice_permille = 10;
  // End with the first finding.
  bool fail_fast = false;
  // Asked several times a second; may be empty.
  std::function<bool()> interrupted;
  // Told several times a second how far it is; may be empty.
  std::function<void(const CampaignResult& so_far)> progress;
};

// A run that was not as expected.
struct Finding {
  size_t scenario = 0;  // position in the options
  uint64_t seed = 0;
  std::string verdict;  // one of the six, or "crash", "hang", "nondeterminism"
  std::string check;    // who noticed, if there is somebody
  std::string message;  // one sentence
};

// What all runs of one scenario did together.
struct ScenarioTotals {
  uint64_t runs = 0;
  Tally faults;
  Tally probes;
};

struct CampaignResult {
  uint64_t planned = 0;  // runs
  uint64_t runs = 0;     // that ended, in whatever way
  std::array<uint64_t, kVerdicts> verdicts{};
  uint64_t crashes = 0;
  uint64_t hangs = 0;
  uint64_t run_twice = 0;
  uint64_t nondeterministic = 0;
  uint64_t unexpected = 0;    // runs with a finding
  uint64_t inconclusive = 0;  // those of them whose only fault is to say nothing
  uint64_t events = 0;
  std::vector<Finding> findings;          // by seed, then by scenario
  std::vector<ScenarioTotals> scenarios;  // as in the options
  // What the campaign as a whole should have seen, and did not: probes, and faults that were
  // configured and never fired. A sentence each. Only judged if it came to its end.
  std::vector<std::string> missing;
  std::chrono::nanoseconds elapsed{};
  std::chrono::nanoseconds core_time{};  // that runs took, of processors
  bool interrupted = false;
  std::string failure;  // why the campaign itself could not go on; as a rule empty

  double runs_per_core_second() const;
};

// Forks; call it where no other thread runs. Results of workers come back through pipes; what code
// under test prints goes nowhere, but its last line ends up in the message of a crash.
CampaignResult run_campaign(const CampaignOptions& options);

// The sentences of CampaignResult::missing.
std::vector<std::string> missing_in(const Scenario& scenario, const ScenarioTotals& totals);

}  // namespace seedbed

// Campaign: many seeds of one or several scenarios, on all cores.
//
//   CampaignResult result = run_campaign({.scenarios = {scenario}, .seeds = 1000, .workers = 8});
//   for (const CampaignFinding& finding : result.findings) ...
//
// Seeds are run by worker processes, because the code under test may take its process down or never
// come back. A worker says which seed it runs before it runs it; one that dies or hangs turns that
// seed into a finding, and is replaced. What is found does not depend on how many workers there
// are.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sim/explore/results.h"
#include "sim/explore/store.h"
#include "sim/run/scenario.h"

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
  // A worker whose resident memory grows beyond that is ended, which is a finding. Bytes.
  uint64_t run_memory = uint64_t{2} << 30;
  // So many seeds in a thousand are run twice, and must give the same trace.
  uint32_t twice_permille = 10;
  // End with the first finding.
  bool fail_fast = false;
  // End when all seeds up to the first that breaks one of these checks have been run; nothing else
  // ends the campaign then. Empty: run all seeds.
  std::vector<std::string> until_broken;
  // What is known from before, one for each scenario: those seeds are not run again, and count as
  // if they had been. Empty: nothing is.
  std::vector<Kept> kept;
  // Where results are kept as they come in; null: nowhere. Has joined these scenarios.
  Store* store = nullptr;
  // Asked several times a second; may be empty.
  std::function<bool()> interrupted;
  // Told several times a second how far it is; may be empty.
  std::function<void(const CampaignResult& so_far)> progress;
};

struct CampaignResult {
  uint64_t planned = 0;      // runs asked for
  uint64_t runs = 0;         // of those, that ended, in whatever way
  uint64_t runs_before = 0;  // of those, that were kept from before
  EndingCounts endings;      // of `runs`
  uint64_t nondeterministic = 0;
  uint64_t unexpected = 0;                // findings
  uint64_t inconclusive = 0;              // those of them whose only fault is to say nothing
  std::vector<CampaignFinding> findings;  // of `runs`: by seed, then by scenario
  // What all kept runs did together, of other seeds too; as in the options.
  std::vector<ScenarioTotals> scenarios;
  // What those should have seen, and did not: probes, and faults that were configured and never
  // fired. A sentence each. Only judged if the campaign came to its end.
  std::vector<std::string> missing;
  // The first seed that broke one of `until_broken`.
  std::optional<uint64_t> first_broken;
  std::chrono::nanoseconds elapsed{};
  bool interrupted = false;
  std::string failure;        // why the campaign itself could not go on; as a rule empty
  std::string store_failure;  // why results could no longer be kept; as a rule empty

  // Over all scenarios.
  ScenarioTotals totals() const;
  double runs_per_core_second() const;
};

// Forks; call it where no other thread runs. Results of workers come back through pipes; what code
// under test prints goes nowhere, but its last line ends up in the message of a crash.
CampaignResult run_campaign(const CampaignOptions& options);

// The sentences of CampaignResult::missing.
std::vector<std::string> missing_in(const Scenario& scenario, const ScenarioTotals& totals);

}  // namespace seedbed

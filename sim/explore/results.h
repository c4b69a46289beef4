// What runs of a campaign leave behind: one run, what was not as expected, and sums.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/explore/ending.h"
#include "sim/explore/seed_set.h"
#include "sim/run/scenario.h"

namespace seedbed {

// A run that was not as expected.
struct CampaignFinding {
  size_t scenario = 0;  // position in the campaign
  uint64_t seed = 0;
  std::string verdict;  // an ending, or "nondeterminism"
  std::string check;    // who noticed, if there is somebody
  std::string message;  // one sentence
  // The kinds of faults that fired, sorted and separated by commas. Empty if none did, or if the
  // worker died before it could tell.
  std::string shape;
  std::vector<std::string> broken;  // every check that saw a violation
};

// One run of a campaign.
struct RunRecord {
  size_t scenario = 0;  // position in the campaign
  uint64_t seed = 0;
  Ending ending{};
  uint64_t events = 0;
  std::chrono::nanoseconds core_time{};
  bool run_twice = false;
  Tally faults;  // those that it asked for, also if they never fired
  Tally probes;
  std::vector<CampaignFinding> findings;
};

// What all runs of one scenario did together.
struct ScenarioTotals {
  EndingCounts endings;
  uint64_t run_twice = 0;
  uint64_t events = 0;
  std::chrono::nanoseconds core_time{};
  Tally faults;      // how often each fired
  Tally fault_runs;  // how many runs asked for it, or saw it fire
  Tally probes;

  uint64_t runs() const { return endings.total(); }
  void add(const RunRecord& run);
};

// What a store knows of a scenario from hunts before.
struct Kept {
  SeedSet seeds;                              // that were run
  std::array<SeedSet, kEndings> by_ending{};  // the same, by how they ended
  ScenarioTotals totals;
  std::vector<CampaignFinding> findings;  // by seed; `scenario` is the position in the campaign
  // Seeds that a hunt began and never ended, because it died itself. Nobody has run them since.
  std::vector<uint64_t> unfinished;
};

// Adds `count` to the entry of that name, which is made at the end if there is none.
void add_to(Tally& tally, std::string_view name, uint64_t count);

// "crash,message_loss": the names of what is not 0, sorted.
std::string shape_of_faults(const Tally& faults);

}  // namespace seedbed

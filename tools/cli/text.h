// Results as text, for people.
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/report/event_log.h"
#include "sim/report/report.h"
#include "sim/run/scenario.h"
#include "sim/run/verdict.h"
#include "tools/cli/context.h"

namespace seedbed {

// What a report needs to know beside the result.
struct ReportFacts {
  std::span<const StoredEvent> events;
  std::string reproduce;
  std::string trace_path;  // for a shell
  std::string arguments;   // of this run but for its seed
  std::chrono::nanoseconds wall{};
  std::vector<std::string> schedule;  // of a run that follows a script
  std::string passes_without;
  std::vector<NextStep> next;  // empty: the usual ones
};

// What a run was, did and said (sim/report/report.h), and what its scenario expected instead.
std::string result_text(const Scenario& scenario, const RunResult& result, const ReportFacts& facts,
                        const Context& context);

// "crash 3, partition 1", without what is 0; `nothing` if nothing is left.
std::string tally_text(const Tally& tally, std::string_view nothing);

// "PASS", "VIOLATION": in colour, where there is any.
std::string verdict_text(std::string_view verdict, const Terminal& terminal);

}  // namespace seedbed

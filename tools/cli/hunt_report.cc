#include "tools/cli/hunt_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "sim/report/text.h"
#include "tools/cli/progress.h"
#include "tools/cli/text.h"

namespace seedbed {
namespace {

constexpr size_t kFindingsShown = 10;

std::string reproduce(const Selection& selection, const Finding& finding) {
  return finding.verdict == "nondeterminism" ? selection.reproduce_twice(finding.seed)
                                             : selection.reproduce(finding.seed);
}

// "seeds 1..200", or where an endless hunt began.
std::string seeds_text(const CampaignOptions& options) {
  constexpr uint64_t kEndless = uint64_t{1} << 40;
  if (options.seeds >= kEndless) return fmt::format("seeds from {} on", options.first_seed);
  return fmt::format("seeds {}..{}", options.first_seed, options.first_seed + options.seeds - 1);
}

// Over all scenarios, in the order in which names come.
Tally sum(const CampaignResult& result, Tally ScenarioTotals::*which) {
  Tally all;
  for (const ScenarioTotals& totals : result.scenarios) {
    for (const auto& [name, count] : totals.*which) {
      const auto known = std::find_if(all.begin(), all.end(),
                                      [&](const auto& entry) { return entry.first == name; });
      if (known == all.end()) {
        all.emplace_back(name, count);
      } else {
        known->second += count;
      }
    }
  }
  return all;
}

// All six, and how else runs end.
Tally verdict_tally(const CampaignResult& result) {
  Tally tally;
  for (int i = 0; i < kVerdicts; ++i) {
    tally.emplace_back(to_string(static_cast<Verdict>(i)), result.verdicts[static_cast<size_t>(i)]);
  }
  tally.emplace_back("crash", result.crashes);
  tally.emplace_back("hang", result.hangs);
  return tally;
}

std::string headline(const Hunt& hunt, const Terminal& terminal) {
  const CampaignResult& result = hunt.result;
  if (!result.failure.empty()) return terminal.paint(Colour::kRed, "FAILED");
  if (result.interrupted) return terminal.paint(Colour::kYellow, "INTERRUPTED");
  if (result.nondeterministic > 0) return terminal.paint(Colour::kRed, "NONDETERMINISM");
  if (result.unexpected > result.inconclusive) return terminal.paint(Colour::kRed, "FOUND");
  if (!result.missing.empty()) return terminal.paint(Colour::kRed, "INCOMPLETE");
  if (result.unexpected > 0 || result.runs == 0) return verdict_text("inconclusive", terminal);
  return verdict_text("pass", terminal);
}

// A message may have several lines: where two runs parted, and what led there.
std::string message_lines(const std::string& message) {
  std::string text;
  std::istringstream lines(message);
  for (std::string line; std::getline(lines, line);) {
    text += fmt::format("    {}\n", plain(line));
  }
  return text;
}

std::string findings_text(const Hunt& hunt) {
  std::string text;
  const std::vector<Finding>& findings = hunt.result.findings;
  for (size_t i = 0; i < std::min(findings.size(), kFindingsShown); ++i) {
    const Finding& finding = findings[i];
    const Selection& selection = hunt.selections[finding.scenario];
    text += fmt::format("\n  {}  {}{}\n", finding.verdict, selection.scenario.name,
                        finding.check.empty() ? "" : "  [" + finding.check + "]");
    text += message_lines(finding.message);
    text += fmt::format("    {}\n", reproduce(selection, finding));
  }
  if (findings.size() > kFindingsShown) {
    text +=
        fmt::format("\n  and {} more (--json names them all)\n", findings.size() - kFindingsShown);
  }
  return text;
}

std::string verdicts_text(const CampaignResult& result) {
  std::string text;
  for (const auto& [name, count] : verdict_tally(result)) {
    const bool one_of_six = name != "crash" && name != "hang";
    if (!one_of_six && count == 0) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, count_text(count));
  }
  return text;
}

}  // namespace

Json hunt_json(const Hunt& hunt, std::string_view revision) {
  const CampaignResult& result = hunt.result;
  Json scenarios = Json::array();
  for (const Selection& selection : hunt.selections) scenarios.push_back(selection.scenario.name);
  Json failures = Json::array();
  for (const Finding& finding : result.findings) {
    const Selection& selection = hunt.selections[finding.scenario];
    failures.push_back({{"scenario", selection.scenario.name},
                        {"seed", finding.seed},
                        {"mutant", selection.scenario.mutant},
                        {"verdict", finding.verdict},
                        {"check", finding.check},
                        {"message", finding.message},
                        {"reproduce", reproduce(selection, finding)}});
  }
  return {{"scenarios", std::move(scenarios)},
          {"revision", revision},
          {"runs", result.runs},
          {"planned", result.planned},
          {"interrupted", result.interrupted},
          {"verdicts", to_json(verdict_tally(result))},
          {"run_twice", result.run_twice},
          {"nondeterministic", result.nondeterministic},
          {"failures", std::move(failures)},
          {"missing", result.missing},
          {"faults", to_json(sum(result, &ScenarioTotals::faults))},
          {"probes", to_json(sum(result, &ScenarioTotals::probes))},
          {"events", result.events},
          {"wall_ns", result.elapsed.count()},
          {"runs_per_core_second", result.runs_per_core_second()}};
}

std::string hunt_text(const Hunt& hunt, const Context& context) {
  const CampaignResult& result = hunt.result;
  std::string names;
  for (const Selection& selection : hunt.selections) {
    names += (names.empty() ? "" : " ") + selection.scenario.name;
  }
  const std::string& mutant = hunt.selections.front().scenario.mutant;
  std::string text = fmt::format("{}  {}{}  {} runs, {}\n", headline(hunt, context.terminal), names,
                                 mutant.empty() ? "" : "  mutant " + mutant,
                                 count_text(result.runs), seeds_text(hunt.options));
  text += findings_text(hunt) + "\n";
  for (const std::string& sentence : result.missing) {
    text += fmt::format("  missing     {}\n", sentence);
  }
  text += fmt::format("  verdicts    {}\n", verdicts_text(result));
  text += fmt::format("  faults      {}\n",
                      tally_text(sum(result, &ScenarioTotals::faults), "none fired"));
  const Tally probes = sum(result, &ScenarioTotals::probes);
  if (!probes.empty()) text += fmt::format("  probes      {}\n", tally_text(probes, "none"));
  text += fmt::format("  run twice   {}, {} of them differed\n", count_text(result.run_twice),
                      count_text(result.nondeterministic));
  text +=
      fmt::format("  speed       {} events, {:.0f} runs per core-second, {}\n",
                  count_text(result.events), result.runs_per_core_second(),
                  duration_text(std::chrono::duration_cast<std::chrono::seconds>(result.elapsed)));
  return text;
}

}  // namespace seedbed

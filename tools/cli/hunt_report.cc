#include "tools/cli/hunt_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "sim/explore/groups.h"
#include "sim/report/text.h"
#include "tools/cli/progress.h"
#include "tools/cli/text.h"

namespace seedbed {
namespace {

constexpr size_t kGroupsShown = 10;

std::vector<std::string> split_shape(const std::string& shape) {
  std::vector<std::string> faults;
  std::istringstream in(shape);
  for (std::string fault; std::getline(in, fault, ',');) faults.push_back(fault);
  return faults;
}

// Seeds that a hunt which died was running, and that nobody has run since.
std::vector<uint64_t> unfinished(const Hunt& hunt, size_t scenario) {
  if (hunt.options.kept.empty()) return {};
  std::vector<uint64_t> seeds;
  const uint64_t first = hunt.options.first_seed;
  const uint64_t last = first + (hunt.options.seeds - 1);
  const bool all_were_run = hunt.result.runs == hunt.result.planned;
  for (const uint64_t seed : hunt.options.kept[scenario].unfinished) {
    if (!all_were_run || seed < first || seed > last) seeds.push_back(seed);
  }
  return seeds;
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
  const std::vector<Group> groups = group_findings(hunt.result.findings);
  for (size_t i = 0; i < std::min(groups.size(), kGroupsShown); ++i) {
    const CampaignFinding& finding = *groups[i].first;
    const Selection& selection = hunt.selections[finding.scenario];
    const std::string shape = fmt::format("{}", fmt::join(split_shape(finding.shape), ", "));
    text +=
        fmt::format("\n  {}  {}{}  {}{}\n", finding.verdict, selection.scenario.name,
                    finding.check.empty() ? "" : "  [" + finding.check + "]",
                    count_text(groups[i].count, "seed"), shape.empty() ? "" : ", under " + shape);
    text += message_lines(fmt::format("seed {}: {}", seed_text(finding.seed), finding.message));
    text += fmt::format("    {}\n", reproduce_line(selection, finding));
  }
  if (groups.size() > kGroupsShown) {
    text += fmt::format("\n  and {} more kinds (--json names them all)\n",
                        groups.size() - kGroupsShown);
  }
  return text;
}

std::string verdicts_text(const EndingCounts& endings) {
  std::string text;
  for (const auto& [name, count] : endings.tally()) {
    const bool one_of_six = ending_named(name) <= ending_of(Verdict::kInconclusive);
    if (!one_of_six && count == 0) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, count_text(count));
  }
  return text;
}

// What was there before, and where it is kept.
std::string store_text(const Hunt& hunt) {
  const CampaignResult& result = hunt.result;
  std::string text;
  if (result.runs_before > 0) {
    const bool endless = hunt.options.seeds >= kEndlessSeeds;
    text +=
        fmt::format("  before      {}{} were run before\n", count_text(result.runs_before),
                    endless ? " seeds" : fmt::format(" of {}", count_text(result.planned, "seed")));
  }
  const ScenarioTotals totals = result.totals();
  if (totals.runs() != result.runs) {
    text += fmt::format("  in all      {} of this revision: {}\n", count_text(totals.runs(), "run"),
                        verdicts_text(totals.endings));
  }
  for (size_t i = 0; i < hunt.selections.size(); ++i) {
    for (const uint64_t seed : unfinished(hunt, i)) {
      text += fmt::format("  unfinished  a hunt died while it ran {}\n",
                          hunt.selections[i].reproduce(seed));
    }
  }
  if (!hunt.store.empty()) text += fmt::format("  store       {}\n", hunt.store);
  return text;
}

Json finding_json(const Selection& selection, const CampaignFinding& finding) {
  return {{"scenario", selection.scenario.name},
          {"seed", finding.seed},
          {"mutant", selection.scenario.mutant},
          {"verdict", finding.verdict},
          {"check", finding.check},
          {"message", finding.message},
          {"reproduce", reproduce_line(selection, finding)},
          {"faults", split_shape(finding.shape)},
          {"broken", finding.broken}};
}

Json cumulative_json(const ScenarioTotals& totals) {
  return {{"runs", totals.runs()},
          {"verdicts", to_json(totals.endings.tally())},
          {"core_ns", totals.core_time.count()}};
}

}  // namespace

Json hunt_json(const Hunt& hunt, std::string_view revision) {
  const CampaignResult& result = hunt.result;
  Json scenarios = Json::array();
  for (const Selection& selection : hunt.selections) scenarios.push_back(selection.scenario.name);
  Json failures = Json::array();
  for (const CampaignFinding& finding : result.findings) {
    failures.push_back(finding_json(hunt.selections[finding.scenario], finding));
  }
  Json groups = Json::array();
  for (const Group& group : group_findings(result.findings)) {
    groups.push_back(finding_json(hunt.selections[group.first->scenario], *group.first));
    groups.back()["count"] = group.count;
  }
  Json left = Json::array();
  for (size_t i = 0; i < hunt.selections.size(); ++i) {
    for (const uint64_t seed : unfinished(hunt, i)) {
      left.push_back({{"scenario", hunt.selections[i].scenario.name},
                      {"seed", seed},
                      {"reproduce", hunt.selections[i].reproduce(seed)}});
    }
  }
  const ScenarioTotals totals = result.totals();
  return {{"scenarios", std::move(scenarios)},
          {"revision", revision},
          {"runs", result.runs},
          {"planned", result.planned},
          {"runs_before", result.runs_before},
          {"interrupted", result.interrupted},
          {"verdicts", to_json(result.endings.tally())},
          {"run_twice", totals.run_twice},
          {"nondeterministic", result.nondeterministic},
          {"failures", std::move(failures)},
          {"groups", std::move(groups)},
          {"missing", result.missing},
          {"unfinished", std::move(left)},
          {"faults", to_json(totals.faults)},
          {"probes", to_json(totals.probes)},
          {"events", totals.events},
          {"wall_ns", result.elapsed.count()},
          {"runs_per_core_second", result.runs_per_core_second()},
          {"cumulative", cumulative_json(totals)},
          {"store", hunt.store.empty() ? Json(nullptr) : Json(hunt.store)}};
}

std::string reproduce_line(const Selection& selection, const CampaignFinding& finding) {
  return finding.verdict == "nondeterminism" ? selection.reproduce_twice(finding.seed)
                                             : selection.reproduce(finding.seed);
}

std::string seeds_text(const Hunt& hunt) {
  const CampaignOptions& options = hunt.options;
  if (options.seeds >= kEndlessSeeds) return fmt::format("from {} on", options.first_seed);
  return fmt::format("{}..{}", options.first_seed, options.first_seed + (options.seeds - 1));
}

std::string hunt_text(const Hunt& hunt, const Context& context) {
  const CampaignResult& result = hunt.result;
  std::string names;
  for (const Selection& selection : hunt.selections) {
    names += (names.empty() ? "" : " ") + selection.scenario.name;
  }
  const std::string& mutant = hunt.selections.front().scenario.mutant;
  std::string text = fmt::format("{}  {}{}  {} runs, seeds {}\n", headline(hunt, context.terminal),
                                 names, mutant.empty() ? "" : "  mutant " + mutant,
                                 count_text(result.runs), seeds_text(hunt));
  text += findings_text(hunt) + "\n";
  for (const std::string& sentence : result.missing) {
    text += fmt::format("  missing     {}\n", sentence);
  }
  const ScenarioTotals totals = result.totals();
  text += fmt::format("  verdicts    {}\n", verdicts_text(result.endings));
  text += store_text(hunt);
  text += fmt::format("  faults      {}\n", tally_text(totals.faults, "none fired"));
  if (!totals.probes.empty()) {
    text += fmt::format("  probes      {}\n", tally_text(totals.probes, "none"));
  }
  text += fmt::format("  run twice   {}, {} of them differed\n", count_text(totals.run_twice),
                      count_text(result.nondeterministic));
  text +=
      fmt::format("  speed       {} events, {:.0f} runs per core-second, {}\n",
                  count_text(totals.events), result.runs_per_core_second(),
                  duration_text(std::chrono::duration_cast<std::chrono::seconds>(result.elapsed)));
  return text;
}

}  // namespace seedbed

#include "tools/cli/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "sim/trace/describe.h"
#include "tools/cli/json.h"
#include "tools/cli/selection.h"

namespace seedbed {

std::string result_text(const RunResult& result, const Terminal& terminal) {
  std::string text = fmt::format(
      "{}  {}{}  seed {}\n", verdict_text(to_string(result.verdict), terminal), result.scenario,
      result.mutant.empty() ? "" : "  mutant " + result.mutant, seed_text(result.seed));
  if (!result.reason.empty()) {
    text += fmt::format("\n  {}{}\n", result.reason,
                        result.reason_check.empty() ? "" : "  [" + result.reason_check + "]");
    for (const CheckResult& check : result.checks) {
      if (check.name != result.reason_check) continue;
      for (const Fact& fact : check.facts) {
        text += fmt::format("    {:>12}  {}\n", time_text(fact.time), fact.text);
      }
    }
    text += "\n";
  }
  const OperationCounts& operations = result.operations;
  text += fmt::format("  operations  {} ok, {} fail, {} info\n", grouped(operations.ok),
                      grouped(operations.fail), grouped(operations.info));
  for (const CheckResult& check : result.checks) {
    text += fmt::format("  check       {}: {}, {} evaluated\n", check.name, to_string(check.status),
                        grouped(check.evaluated));
  }
  if (!result.faults.empty()) {
    text += fmt::format("  faults      {}\n", tally_text(result.faults, "none fired"));
  }
  if (!result.probes.empty()) {
    text += fmt::format("  probes      {}\n", tally_text(result.probes, "none reached"));
  }
  text += fmt::format("  trace       {} events in {}, hash {}\n", grouped(result.events),
                      time_text(result.end), hash_text(result.trace_hash));
  return text;
}

std::string tally_text(const Tally& tally, std::string_view nothing) {
  std::string text;
  for (const auto& [name, count] : tally) {
    if (count == 0) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, grouped(count));
  }
  return text.empty() ? std::string(nothing) : text;
}

std::string grouped(uint64_t number) {
  std::string text = std::to_string(number);
  for (size_t place = text.size(); place > 3;) text.insert(place -= 3, 1, ',');
  return text;
}

std::string verdict_text(std::string_view verdict, const Terminal& terminal) {
  std::string word(verdict);
  std::transform(word.begin(), word.end(), word.begin(),
                 [](unsigned char c) { return std::toupper(c); });
  const Colour colour = verdict == "pass"           ? Colour::kGreen
                        : verdict == "inconclusive" ? Colour::kYellow
                                                    : Colour::kRed;
  return terminal.paint(colour, word);
}

}  // namespace seedbed

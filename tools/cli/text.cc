#include "tools/cli/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "sim/explore/expectation.h"
#include "sim/report/report.h"
#include "sim/report/text.h"
#include "sim/run/simulation.h"

namespace seedbed {

std::string result_text(const Scenario& scenario, const RunResult& result, const ReportFacts& facts,
                        const Context& context) {
  const ReportInput input{.result = result,
                          .protocol = *scenario.protocol,
                          .node_names = node_names(scenario),
                          .servers = make_setup(scenario).servers.size(),
                          .events = facts.events,
                          .reproduce = facts.reproduce,
                          .revision = context.program.revision,
                          .trace_path = facts.trace_path,
                          .program = context.called,
                          .arguments = facts.arguments,
                          .wall = facts.wall,
                          .next = facts.next,
                          .schedule = facts.schedule,
                          .passes_without = facts.passes_without};
  std::string text = render(input, {.colour = context.terminal.colour});
  const Judgement judgement = judge(scenario, result);
  if (!judgement.expected_verdict && expected_verdict(scenario) != to_string(Verdict::kPass)) {
    text += fmt::format("  expected    {}\n", expected_verdict(scenario));
  }
  if (!judgement.unreached.empty()) {
    text += fmt::format("  missing     required, but not reached: {}\n",
                        enumerate(judgement.unreached));
  }
  return text;
}

std::string tally_text(const Tally& tally, std::string_view nothing) {
  std::string text;
  for (const auto& [name, count] : tally) {
    if (count == 0) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, count_text(count));
  }
  return text.empty() ? std::string(nothing) : text;
}

std::string verdict_text(std::string_view verdict, const Terminal& terminal) {
  std::string word(verdict);
  std::transform(word.begin(), word.end(), word.begin(),
                 [](unsigned char c) { return std::toupper(c); });
  const bool good = verdict == "pass" || verdict == "measured";
  const Colour colour = good                        ? Colour::kGreen
                        : verdict == "inconclusive" ? Colour::kYellow
                                                    : Colour::kRed;
  return terminal.paint(colour, word);
}

}  // namespace seedbed

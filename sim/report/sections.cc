#include "sim/report/sections.h"

#include <fmt/format.h>

#include <algorithm>

namespace seedbed {
namespace {

CheckStatus status_behind(Verdict verdict) {
  switch (verdict) {
    case Verdict::kViolation: return CheckStatus::kViolation;
    case Verdict::kExpectedWeakness: return CheckStatus::kExpectedWeakness;
    case Verdict::kLiveness: return CheckStatus::kLiveness;
    default: return CheckStatus::kInconclusive;
  }
}

std::string program_of(const ReportInput& input) {
  return input.program.empty() ? "seedbed" : input.program;
}

std::string arguments_of(const ReportInput& input) {
  if (!input.arguments.empty()) return input.arguments;
  const RunResult& result = input.result;
  return result.mutant.empty() ? result.scenario
                               : fmt::format("{} --mutant {}", result.scenario, result.mutant);
}

std::string run_command(const ReportInput& input, uint64_t seed) {
  return fmt::format("{} run {} --seed {}", program_of(input), arguments_of(input), seed);
}

std::string hunt_command(const ReportInput& input) {
  return fmt::format("{} hunt {} --seeds 1000", program_of(input), arguments_of(input));
}

std::vector<NextStep> steps_after_pass(const ReportInput& input) {
  const RunResult& result = input.result;
  std::vector<NextStep> steps;
  if (!result.mutant.empty()) {
    steps.push_back({run_command(input, result.seed + 1), "the mutant may show with another seed"});
    return steps;
  }
  steps.push_back({hunt_command(input), "the same with other seeds"});
  if (!input.protocol.checks.empty()) {
    steps.push_back({fmt::format("{} list checks {}", program_of(input), input.protocol.name),
                     "what each check promises"});
  }
  if (!input.protocol.mutants.empty()) {
    const MutantSpec& mutant = input.protocol.mutants.front();
    steps.push_back({fmt::format("{} --mutant {}", run_command(input, result.seed), mutant.name),
                     fmt::format("plant a bug; {} should catch it",
                                 mutant.caught_by.substr(0, mutant.caught_by.find(',')))});
  }
  return steps;
}

std::vector<NextStep> usual_steps(const ReportInput& input) {
  const RunResult& result = input.result;
  if (result.verdict == Verdict::kPass) return steps_after_pass(input);
  std::vector<NextStep> steps;
  if (input.trace_path.empty()) {
    steps.push_back({run_command(input, result.seed) + " --trace run.seedtrace",
                     "keep every event of it in a file"});
  } else {
    steps.push_back({fmt::format("{} replay {}", program_of(input), input.trace_path),
                     "judge the recorded events again"});
  }
  if (result.verdict == Verdict::kInconclusive) {
    steps.push_back({run_command(input, result.seed + 1), "another seed may do more"});
  } else if (result.mutant.empty()) {
    steps.push_back({hunt_command(input), "see how rare it is"});
  }
  return steps;
}

}  // namespace

std::string_view headline(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPass: return "PASS";
    case Verdict::kViolation: return "VIOLATION";
    case Verdict::kExpectedWeakness: return "EXPECTED WEAKNESS";
    case Verdict::kAssumptionBroken: return "ASSUMPTION BROKEN";
    case Verdict::kLiveness: return "NO PROGRESS";
    case Verdict::kInconclusive: return "INCONCLUSIVE";
  }
  return "UNKNOWN";
}

const CheckResult* deciding_check(const RunResult& result) {
  for (const CheckResult& check : result.checks) {
    if (!result.reason_check.empty() && check.name == result.reason_check) return &check;
  }
  if (result.verdict != Verdict::kViolation && result.verdict != Verdict::kLiveness) return nullptr;
  for (const CheckResult& check : result.checks) {
    if (check.status == status_behind(result.verdict)) return &check;
  }
  return nullptr;
}

std::string run_name(const RunResult& result) {
  std::string name = fmt::format("{}  seed {}", result.scenario, result.seed);
  if (!result.mutant.empty()) name += "  mutant " + result.mutant;
  return name;
}

std::string cast(const ReportInput& input) {
  const size_t nodes = input.node_names.empty() ? 0 : input.node_names.size() - 1;
  if (input.servers == 0 || input.servers > nodes) {
    return fmt::format("{}, {}", input.protocol.name, count_text(nodes, "node"));
  }
  return fmt::format("{}, {}, {}", input.protocol.name, count_text(input.servers, "server"),
                     count_text(nodes - input.servers, "client"));
}

std::string extent(const ReportInput& input) {
  std::string text = seconds_text(input.result.end) + " simulated";
  if (input.wall > Duration::zero()) text += fmt::format(" in {}", seconds_text(input.wall));
  return fmt::format("{}, {}", text, count_text(input.result.events, "event"));
}

std::string operations_text(const OperationCounts& counts) {
  return fmt::format("{} ok, {} fail, {} info (outcome unknown)", count_text(counts.ok),
                     count_text(counts.fail), count_text(counts.info));
}

std::string provenance(const ReportInput& input) {
  std::string text;
  if (!input.revision.empty()) text += fmt::format("revision {}, ", input.revision);
  return text + fmt::format("trace hash 0x{:016x}", input.result.trace_hash);
}

std::string tally_text(const Tally& tally) {
  std::string text;
  for (const auto& [name, count] : tally) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, count_text(count));
  }
  return text;
}

std::string node_name(const ReportInput& input, NodeId node) {
  if (number(node) < input.node_names.size()) return plain(input.node_names[number(node)]);
  return fmt::format("node {}", number(node));
}

void next_steps(Page& page, const ReportInput& input) {
  constexpr size_t kIndent = 14;
  const std::vector<NextStep> steps = input.next.empty() ? usual_steps(input) : input.next;
  size_t width = 0;
  for (const NextStep& step : steps) width = std::max(width, step.command.size());
  const bool beside = std::all_of(steps.begin(), steps.end(), [&](const NextStep& step) {
    return kIndent + width + 4 + step.why.size() <= kReportWidth;
  });
  std::string_view label = "next:";
  for (const NextStep& step : steps) {
    if (beside) {
      page.verbatim(label, fmt::format("{:<{}}  # {}", step.command, width, step.why));
    } else {
      page.item(label, "# " + step.why);
      page.verbatim("", step.command);
    }
    label = "";
  }
}

}  // namespace seedbed

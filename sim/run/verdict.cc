#include "sim/run/verdict.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/run/protocol.h"

namespace seedbed {
namespace {

const CheckResult* first_with(const RunResult& result, CheckStatus status) {
  for (const CheckResult& check : result.checks) {
    if (check.status == status) return &check;
  }
  return nullptr;
}

// The id under which the protocol documents what comes of it; empty if it does not.
std::string weakness_behind(Assumption assumption, const ProtocolSpec& protocol) {
  for (const WeaknessSpec& weakness : protocol.weaknesses) {
    if (weakness.assumption == assumption) return weakness.id;
  }
  return "";
}

// By an assertion or an exception.
bool ended_itself(const RunResult& result) {
  return result.run_end == RunEnd::kInvariant || result.run_end == RunEnd::kException;
}

// The time was over, or nothing was left to happen, and clients still had something to do.
bool clients_wait(const RunResult& result) {
  return result.run_end == RunEnd::kTimeLimit || result.run_end == RunEnd::kIdle;
}

// Whether a documented weakness, or an assumption that broke, is a reason for that. One that
// excuses something else is none: what was lost does not say why nothing gets done.
bool waiting_is_explained(const RunResult& result) {
  return std::any_of(result.checks.begin(), result.checks.end(), [](const CheckResult& check) {
    const bool excused = check.status == CheckStatus::kExpectedWeakness ||
                         check.status == CheckStatus::kAssumptionBroken;
    return excused && check.excused == CheckStatus::kLiveness;
  });
}

bool conclude(RunResult& result, CheckStatus status, Verdict verdict) {
  const CheckResult* check = first_with(result, status);
  if (check == nullptr) return false;
  result.verdict = verdict;
  result.reason =
      check->weakness.empty() ? check->message : check->weakness + ": " + check->message;
  result.reason_check = check->name;
  return true;
}

}  // namespace

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPass: return "pass";
    case Verdict::kViolation: return "violation";
    case Verdict::kExpectedWeakness: return "expected-weakness";
    case Verdict::kAssumptionBroken: return "assumption-broken";
    case Verdict::kLiveness: return "liveness";
    case Verdict::kInconclusive: return "inconclusive";
  }
  return "unknown";
}

void excuse(RunResult& result, const ProtocolSpec& protocol) {
  for (BrokenAssumption& broken : result.broken_assumptions) {
    broken.weakness = weakness_behind(broken.assumption, protocol);
  }
  for (CheckResult& check : result.checks) {
    if (check.status != CheckStatus::kViolation && check.status != CheckStatus::kLiveness) continue;
    for (const CheckSpec& spec : protocol.checks) {
      if (spec.name != check.name) continue;
      for (const BrokenAssumption& broken : result.broken_assumptions) {
        const auto& assumed = spec.assumes;
        const bool rests_on_it =
            std::find(assumed.begin(), assumed.end(), broken.assumption) != assumed.end();
        if (rests_on_it && broken.event <= check.event) {
          if (check.status != CheckStatus::kAssumptionBroken) check.excused = check.status;
          check.status = CheckStatus::kAssumptionBroken;
          check.weakness = broken.weakness;
        }
      }
    }
  }
}

void count_weaknesses(RunResult& result, const ProtocolSpec& protocol) {
  for (const WeaknessSpec& weakness : protocol.weaknesses) {
    const bool showed =
        std::any_of(result.checks.begin(), result.checks.end(),
                    [&](const CheckResult& check) { return check.weakness == weakness.id; });
    const bool stopped = ended_itself(result) && !result.broken_assumptions.empty() &&
                         result.broken_assumptions.front().weakness == weakness.id;
    result.probes.emplace_back(weakness.id, showed || stopped ? 1 : 0);
  }
}

void decide(RunResult& result, uint64_t minimum_ok) {
  // A check tells more than an assertion, and was first if both broke.
  if (conclude(result, CheckStatus::kViolation, Verdict::kViolation)) return;
  // Whatever the world was like: the code did not stay in it.
  if (result.run_end == RunEnd::kRefused) {
    result.verdict = Verdict::kViolation;
    result.reason = result.end_message;
    result.reason_check = "guard";
    return;
  }
  // An assertion in the code rests on all assumptions.
  const bool stopped = ended_itself(result);
  if (stopped && !result.broken_assumptions.empty()) {
    const std::string& weakness = result.broken_assumptions.front().weakness;
    result.verdict = Verdict::kAssumptionBroken;
    result.reason = weakness.empty() ? result.end_message : weakness + ": " + result.end_message;
    result.reason_check = "assertion";
    return;
  }
  if (stopped) {
    result.verdict = Verdict::kViolation;
    result.reason = result.end_message;
    result.reason_check = result.run_end == RunEnd::kInvariant ? "assertion" : "exception";
    return;
  }
  if (result.run_end == RunEnd::kStepLimit) {
    result.verdict = Verdict::kLiveness;
    result.reason = "virtual time stands still: " + result.end_message;
    return;
  }
  if (is_resource_limit(result.run_end)) {
    result.verdict = Verdict::kInconclusive;
    result.reason = fmt::format("the run was cut off at its {}: {}", to_string(result.run_end),
                                result.end_message);
    return;
  }
  if (conclude(result, CheckStatus::kLiveness, Verdict::kLiveness)) return;
  if (clients_wait(result) && !waiting_is_explained(result)) {
    result.verdict = Verdict::kLiveness;
    result.reason = "the clients had not finished when the time was over";
    return;
  }
  if (conclude(result, CheckStatus::kAssumptionBroken, Verdict::kAssumptionBroken)) return;
  if (conclude(result, CheckStatus::kExpectedWeakness, Verdict::kExpectedWeakness)) return;
  if (conclude(result, CheckStatus::kInconclusive, Verdict::kInconclusive)) return;
  if (result.operations.ok < minimum_ok || result.operations.ok == 0) {
    result.verdict = Verdict::kInconclusive;
    result.reason = fmt::format("only {} of {} operations ended ok; {} are needed for a verdict",
                                result.operations.ok, result.operations.total(), minimum_ok);
    return;
  }
  result.verdict = Verdict::kPass;
}

}  // namespace seedbed

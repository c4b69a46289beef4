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

bool conclude(RunResult& result, CheckStatus status, Verdict verdict) {
  const CheckResult* check = first_with(result, status);
  if (check == nullptr) return false;
  result.verdict = verdict;
  result.reason = check->message;
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
  for (CheckResult& check : result.checks) {
    if (check.status != CheckStatus::kViolation && check.status != CheckStatus::kLiveness) continue;
    for (const CheckSpec& spec : protocol.checks) {
      if (spec.name != check.name) continue;
      for (const BrokenAssumption& broken : result.broken_assumptions) {
        const auto& assumed = spec.assumes;
        const bool rests_on_it =
            std::find(assumed.begin(), assumed.end(), broken.assumption) != assumed.end();
        if (rests_on_it && broken.event <= check.event) {
          check.status = CheckStatus::kAssumptionBroken;
        }
      }
    }
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
  const bool stopped = result.run_end == RunEnd::kInvariant || result.run_end == RunEnd::kException;
  if (stopped && !result.broken_assumptions.empty()) {
    result.verdict = Verdict::kAssumptionBroken;
    result.reason = result.end_message;
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
  if (conclude(result, CheckStatus::kAssumptionBroken, Verdict::kAssumptionBroken)) return;
  if (result.run_end == RunEnd::kTimeLimit || result.run_end == RunEnd::kIdle) {
    result.verdict = Verdict::kLiveness;
    result.reason = "the clients had not finished when the time was over";
    return;
  }
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

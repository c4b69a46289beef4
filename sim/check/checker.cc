#include "sim/check/checker.h"

#include <utility>

namespace seedbed {

std::string_view to_string(CheckStatus status) {
  switch (status) {
    case CheckStatus::kPass: return "pass";
    case CheckStatus::kViolation: return "violation";
    case CheckStatus::kExpectedWeakness: return "expected-weakness";
    case CheckStatus::kLiveness: return "liveness";
    case CheckStatus::kAssumptionBroken: return "assumption-broken";
    case CheckStatus::kInconclusive: return "inconclusive";
  }
  return "unknown";
}

Fact fact(const TraceEvent& event, std::string text) {
  return Fact{
      .event = event.index, .time = event.time, .node = event.node, .text = std::move(text)};
}

CheckResult Checker::result() const {
  CheckResult result = result_;
  if (concluded_) return result;
  if (result.evaluated > 0) {
    result.status = CheckStatus::kPass;
  } else {
    result.status = CheckStatus::kInconclusive;
    result.message = "nothing to evaluate: the run never did what this check looks at";
  }
  return result;
}

void Checker::violate(const TraceEvent& at, std::string message, std::vector<Fact> facts) {
  conclude(CheckStatus::kViolation, std::move(message), std::move(facts), at.index);
}

void Checker::excuse_by(std::string weakness, CheckStatus excused, std::string message,
                        std::vector<Fact> facts, EventIndex at) {
  if (concluded_) return;
  result_.excused = excused;
  conclude(CheckStatus::kExpectedWeakness, std::move(message), std::move(facts), at);
  result_.weakness = std::move(weakness);
}

void Checker::conclude(CheckStatus status, std::string message, std::vector<Fact> facts,
                       EventIndex at) {
  if (concluded_) return;
  concluded_ = true;
  result_.status = status;
  result_.message = std::move(message);
  result_.facts = std::move(facts);
  result_.event = at;
}

}  // namespace seedbed

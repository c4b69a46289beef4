#include "sim/explore/regress.h"

#include <fmt/format.h>

namespace seedbed {
namespace {

bool broke_anything(const RunResult& result) {
  return result.verdict == Verdict::kViolation || result.verdict == Verdict::kLiveness ||
         result.verdict == Verdict::kAssumptionBroken;
}

// In a few words: the check and what it says.
std::string finding(const RunResult& result) {
  return fmt::format("{} {}: {}", to_string(result.verdict), result.reason_check, result.reason);
}

}  // namespace

RegressionResult check_regression(Runner& runner, const Reproducer& reproducer) {
  const RunResult planted = replay(runner, reproducer);
  RegressionResult result{.stale = !planted.stale.empty(), .stale_lines = planted.stale};
  if (reproducer.scenario.mutant.empty()) {
    result.ok = !broke_anything(planted) && !result.stale;
    result.what = broke_anything(planted) ? "is back: " + finding(planted) : "stays fixed";
    return result;
  }
  const std::string& check = reproducer.check;
  if (!shows(planted, reproducer)) {
    result.what = fmt::format("no longer breaks {}: {}", check, finding(planted));
    return result;
  }
  Reproducer correct = reproducer;
  correct.scenario.mutant.clear();
  const RunResult without = replay(runner, correct);
  if (broke_anything(without)) {
    result.what = "breaks without the mutant as well: " + finding(without);
    return result;
  }
  result.ok = !result.stale;
  result.what =
      fmt::format("breaks {} with {}, and nothing without", check, reproducer.scenario.mutant);
  return result;
}

}  // namespace seedbed

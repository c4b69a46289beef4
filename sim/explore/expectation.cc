#include "sim/explore/expectation.h"

#include <algorithm>

namespace seedbed {

std::string_view expected_verdict(const Scenario& scenario) {
  const run::Expect& expect = scenario.data.expect();
  return expect.has_verdict() ? std::string_view(expect.verdict()) : to_string(Verdict::kPass);
}

bool is_expected(const Scenario& scenario, Verdict verdict) {
  if (to_string(verdict) == expected_verdict(scenario)) return true;
  const auto& accepted = scenario.data.expect().accept();
  return std::find(accepted.begin(), accepted.end(), to_string(verdict)) != accepted.end();
}

Judgement judge(const Scenario& scenario, const RunResult& result) {
  Judgement judgement;
  judgement.expected_verdict = is_expected(scenario, result.verdict);
  if (!judgement.expected_verdict) {
    judgement.inconclusive = result.verdict == Verdict::kInconclusive;
    return judgement;
  }
  for (const std::string& probe : scenario.data.expect().probe()) {
    if (count_of(result.probes, probe) == 0) judgement.unreached.push_back(probe);
  }
  return judgement;
}

uint64_t count_of(const Tally& tally, std::string_view name) {
  for (const auto& [counted, count] : tally) {
    if (counted == name) return count;
  }
  return 0;
}

std::string enumerate(const std::vector<std::string>& names) {
  std::string text;
  for (size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? " and " : ", ";
    text += names[i];
  }
  return text;
}

}  // namespace seedbed

// Expectation: is the result of a run what its scenario expects?
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/run/scenario.h"
#include "sim/run/verdict.h"

namespace seedbed {

// "pass", unless the scenario says otherwise.
std::string_view expected_verdict(const Scenario& scenario);

// Whether that is the expected verdict, or one that the scenario accepts as well.
bool is_expected(const Scenario& scenario, Verdict verdict);

struct Judgement {
  bool expected_verdict = false;
  // Inconclusive, and not expected to be.
  bool inconclusive = false;
  // Probes that every run must reach and this one did not; only judged if the verdict is as
  // expected.
  std::vector<std::string> unreached;

  bool as_expected() const { return expected_verdict && unreached.empty(); }
};

Judgement judge(const Scenario& scenario, const RunResult& result);

// How often `name` was counted; 0 if it is not there.
uint64_t count_of(const Tally& tally, std::string_view name);

// "a", "a and b", "a, b and c".
std::string enumerate(const std::vector<std::string>& names);

}  // namespace seedbed

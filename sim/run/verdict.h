// Verdicts: what a run says about the protocol. There are six, and they are never folded together.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/check/checker.h"
#include "sim/core/limits.h"
#include "sim/fault/assumption.h"

namespace seedbed {

struct ProtocolSpec;

enum class Verdict : uint8_t {
  kPass,
  kViolation,  // a promised invariant broke under faults that the protocol promises to survive
  kExpectedWeakness,  // a documented weakness showed, recognised by its own classifier
  kAssumptionBroken,  // the environment left the protocol's fault model
  kLiveness,          // no progress within the bound after healing
  kInconclusive,      // a budget ran out, or the run was vacuous
};
inline constexpr int kVerdicts = 6;

// "pass", "violation", "expected-weakness", "assumption-broken", "liveness", "inconclusive".
std::string_view to_string(Verdict verdict);

struct OperationCounts {
  uint64_t ok = 0;
  uint64_t fail = 0;
  uint64_t info = 0;
  uint64_t total() const { return ok + fail + info; }
};

// A name and how often: faults fired, probes reached.
using Tally = std::vector<std::pair<std::string, uint64_t>>;

// The environment left the fault model that the protocol declares.
struct BrokenAssumption {
  Assumption assumption{};
  EventIndex event{};
  Time time{};
  std::string weakness;  // what the protocol documents to come of it, by id; empty if nothing
};

// How a run ended, and what was seen.
struct RunResult {
  std::string scenario;
  std::string mutant;
  uint64_t seed = 0;
  Verdict verdict = Verdict::kInconclusive;
  std::string reason;        // one sentence when it is not a pass
  std::string reason_check;  // the check behind it, if there is one
  uint64_t trace_hash = 0;
  uint64_t events = 0;
  Time end{};
  RunEnd run_end = RunEnd::kRunning;
  std::string end_message;
  OperationCounts operations;
  std::vector<CheckResult> checks;
  std::vector<BrokenAssumption> broken_assumptions;  // in the order in which they broke
  Tally faults;  // in the order of the catalogue, those of the scenario even if 0
  Tally probes;  // in the order of the protocol's table
  std::vector<std::string> fault_lines;  // the plan, a line each
  std::vector<std::string> stale;        // lines of the script that nothing asked for
};

// Excuses the checks that broke after an assumption that they rest on.
void excuse(RunResult& result, const ProtocolSpec& protocol);

// Counts among the probes whether each documented weakness showed: a campaign may ask that it does.
// Call it after excuse().
void count_weaknesses(RunResult& result, const ProtocolSpec& protocol);

// Decides by the rules of the six verdicts, and fills in verdict, reason and reason_check.
// `minimum_ok` operations must have ended ok.
void decide(RunResult& result, uint64_t minimum_ok);

}  // namespace seedbed

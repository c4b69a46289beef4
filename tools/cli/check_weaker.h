// seedbed check --consistency: promises that are weaker than linearizability.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sim/core/time.h"
#include "sim/history/object.h"
#include "sim/report/text.h"
#include "tools/cli/exit_code.h"
#include "tools/cli/json.h"

namespace seedbed {

struct Model;

enum class Consistency { kLinearizable, kSequential, kStaleness };
std::string_view to_string(Consistency consistency);
// Throws ConfigError if it is none.
Consistency consistency_from(std::string_view text);

// How stale reads may be; what is not given is not asked.
struct StalenessBounds {
  std::optional<uint64_t> versions;
  std::optional<Duration> time;

  bool any() const { return versions || time; }
};
// Throws ConfigError if a text is none.
StalenessBounds bounds_from(const std::optional<std::string>& versions,
                            const std::optional<std::string>& time);

// What is said of a history.
struct WeakOpinion {
  std::string_view verdict = "inconclusive";  // "pass", "violation", "inconclusive", "measured"
  ExitCode code = kExitInconclusive;
  Page page;  // the lines about the verdict
  Json json;  // the fields about it: what verdict_json() has, and more
};

// Sequential consistency. Without a model nothing can be said.
WeakOpinion judge_sequential(const History& history, const Model* model, ObjectKind object);

// Staleness. Throws ConfigError if the model is no register, or the history knows no order of time,
// or no times and there is a bound for them. `name` is how messages call the history.
WeakOpinion judge_staleness(const History& history, const Model* model, ObjectKind object,
                            const StalenessBounds& bounds, const std::string& name);

}  // namespace seedbed

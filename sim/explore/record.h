// record_run: a run that leaves a trace.
//
//   std::string trace;
//   RunResult result = record_run(runner, scenario, 42, {.revision = "3f9c2a71b0de"},
//                                 [&](std::string_view bytes) { trace += bytes; });
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/run/run.h"

namespace seedbed {

// What a trace says about itself beside scenario, seed and mutant.
struct Provenance {
  std::string revision;
  std::vector<std::pair<std::string, std::string>> notes;  // name and text
};

// Runs with what `options` say, and writes the trace as the run goes on. `write` is called outside
// the run's memory, and must not throw.
RunResult record_run(Runner& runner, const Scenario& scenario, uint64_t seed,
                     const Provenance& provenance,
                     const std::function<void(std::string_view bytes)>& write,
                     RunOptions options = {});

}  // namespace seedbed

// Recheck: a verdict from a recorded trace, without running anything. Checkers are functions of the
// events, so what they say of a trace is, byte for byte, what they said of the run.
//
//   TraceReader reader(bytes, "failure.trace");
//   RecordedRun recorded = recorded_run(reader, protocols);
//   RunResult result = recheck(reader, recorded);
//
// What a trace does not show stays empty: the plan, and how often each fault fired.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "sim/run/scenario.h"
#include "sim/run/verdict.h"
#include "sim/trace/reader.h"

namespace seedbed {

// What a trace says about where it comes from.
struct RecordedRun {
  Scenario scenario;  // resolved, with the mutant
  uint64_t seed = 0;
  std::string revision;
};

// From the trace's header. Throws ConfigError if this program does not know the protocol, its
// options or the mutant. `protocols` must outlive the result.
RecordedRun recorded_run(const TraceReader& reader, std::span<const ProtocolSpec> protocols);

// Reads the whole trace. Throws ConfigError if it is cut off, damaged, or was recorded without
// payloads: a part of a run is no ground for a verdict.
RunResult recheck(TraceReader& reader, const RecordedRun& recorded);

}  // namespace seedbed

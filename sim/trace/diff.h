// diff_traces: where two runs that should have been the same part.
//
//   std::optional<Divergence> split = diff_traces({a, "a.trace"}, {b, "b.trace"});
//   if (split) fmt::print("{}", split->text());
//
// Compared is what happened: every field of every event and the bytes of payloads (if both traces
// have them), not where the traces were recorded. A trace that was cut off parts from a longer one
// at its end.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/core/event.h"

namespace seedbed {

// The content of a trace file and what it is called.
struct TraceFile {
  std::string_view content;
  std::string name;
};

struct DescribedEvent {
  EventIndex index{};
  std::string text;
};

// One side of a divergence.
struct DivergingSide {
  std::string name;                     // of the file
  std::optional<DescribedEvent> event;  // nothing: this trace has ended
  std::string ending;                   // how, if it has
  // Its cause, the cause of that, and so on back, the nearest first; at most ten.
  std::vector<DescribedEvent> causes;
};

struct Divergence {
  uint64_t position = 0;               // the first event that differs, counted from 1
  std::string fields;                  // what differs in it: "time, payload"
  std::vector<DescribedEvent> common;  // the events just before, at most five
  DivergingSide first;
  DivergingSide second;

  std::string text() const;
};

// Nothing if the two are the same. Throws ConfigError if one of them is not a trace.
std::optional<Divergence> diff_traces(const TraceFile& first, const TraceFile& second);

}  // namespace seedbed

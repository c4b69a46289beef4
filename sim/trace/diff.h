// diff_traces: where two runs that should have been the same part, and what led there.
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

// What led to an event: its cause, the cause of that, and so on back to an event that has none.
struct CauseChain {
  std::vector<DescribedEvent> nearest;  // the nearest first; at most six
  uint64_t left_out = 0;                // between these and the root
  std::optional<DescribedEvent> root;   // where it began, unless it is among the nearest
};

// One side of a divergence.
struct DivergingSide {
  std::string name;                     // of the file
  std::optional<DescribedEvent> event;  // nothing: this trace has ended
  std::string ending;                   // how, if it has
  CauseChain causes;                    // those that the other side does not share
};

struct Divergence {
  uint64_t position = 0;               // the first event that differs, counted from 1
  std::string fields;                  // what differs in it: "time, payload"
  std::vector<DescribedEvent> common;  // the events just before, at most five
  DivergingSide first;
  DivergingSide second;
  CauseChain shared;  // what led to both; all that came before the divergence is the same in both

  // "the traces differ from event 7 on, in: time", both sides with their causes, and the causes of
  // both.
  std::string text() const;
};

// Nothing if the two are the same. Throws ConfigError if one of them is not a trace.
std::optional<Divergence> diff_traces(const TraceFile& first, const TraceFile& second);

}  // namespace seedbed

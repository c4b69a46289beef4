// Reports: what a run did, or how it broke, for somebody who did not write the protocol.
//
//   EventLog log(*scenario.protocol);
//   replay(reader, {&log});
//   ReportInput input{.result = result, .protocol = *scenario.protocol, ...};
//   std::fputs(render(input).c_str(), stdout);
//
// A report is a function of its input: the same run gives the same text, byte for byte (of two runs
// on different machines only the wall time differs). Lines are at most 100 columns wide, apart from
// commands, which are never broken. It is plain ASCII unless the style asks for more.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "sim/core/time.h"
#include "sim/report/event_log.h"
#include "sim/run/protocol.h"
#include "sim/run/verdict.h"

namespace seedbed {

// Something that the reader may type next, and what it is good for.
struct NextStep {
  std::string command;
  std::string why;
};

struct ReportInput {
  const RunResult& result;
  const ProtocolSpec& protocol;
  std::vector<std::string> node_names;  // as node_names(scenario): by id, "world" first
  size_t servers = 0;                   // so many of them; the rest are clients
  std::span<const StoredEvent> events;  // of the run; empty if nobody recorded them
  std::string reproduce;                // the command that gives this run again
  std::string revision;                 // of the source
  std::string trace_path;               // empty: no trace was written
  std::string program;                  // as the reader calls it; empty: "seedbed"
  std::string arguments;                // of this run but for its seed; empty: scenario and mutant
  Duration wall{};                      // how long the run took; zero: not known
  std::vector<NextStep> next;           // empty: the usual ones
  // Of a run that follows a script: its lines, which are all that goes wrong; and the one without
  // which it passes, if that is known.
  std::vector<std::string> schedule;
  std::string passes_without;
};

struct ReportStyle {
  bool colour = false;  // terminal escapes, in addition to words
  bool utf8 = false;    // the diagram is drawn with box characters
};

// One screen (at most 30 lines) about a run that passed.
std::string render_pass(const ReportInput& input, const ReportStyle& style = {});

// Everything else: what went wrong, the facts that show it, the faults and messages that led there.
std::string render_failure(const ReportInput& input, const ReportStyle& style = {});

// The one that fits the verdict.
std::string render(const ReportInput& input, const ReportStyle& style = {});

}  // namespace seedbed

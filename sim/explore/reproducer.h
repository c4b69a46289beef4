// Reproducers: runs as text, to be kept, edited, shrunk and replayed.
//
//   Reproducer reproducer = record(runner, scenario, 42, revision);   // run --record
//   write(to_text(reproducer));
//   Reproducer again = parse_reproducer(text, path, protocols);
//   RunResult result = replay(runner, again);
//   if (!result.stale.empty()) ...                                    // lines that match nothing
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "sim/run/run.h"

namespace seedbed {

struct Reproducer {
  Scenario scenario;  // resolved, with the mutant
  uint64_t seed = 0;
  run::Script script;

  // What it showed, where it was recorded.
  std::string about;
  std::string revision;
  uint64_t trace_hash = 0;
  std::string verdict;
  std::string check;
  std::string message;
  std::string passes_without;
};

// Runs the seed with every choice logged. `result`, if given, receives what came out.
Reproducer record(Runner& runner, const Scenario& scenario, uint64_t seed,
                  std::string_view revision, RunResult* result = nullptr);

RunResult replay(Runner& runner, const Reproducer& reproducer, RunOptions options = {});

// Whether a run ended as the reproducer says: the same check broke in the same way or, if it names
// no check, the verdict is the same.
bool shows(const RunResult& result, const Reproducer& reproducer);

// Takes over what a run of it has shown.
void note_result(Reproducer& reproducer, const RunResult& result, std::string_view revision);

std::string to_text(const Reproducer& reproducer);
// ConfigError with place and line if the text is none, or names what this program does not know.
Reproducer parse_reproducer(std::string_view text, std::string_view place,
                            std::span<const ProtocolSpec> protocols);

// Whether the text begins like a reproducer (and not like a trace).
bool looks_like_reproducer(std::string_view text);

}  // namespace seedbed

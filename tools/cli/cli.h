// The command line, as a function: with it a program that knows its own protocols has every verb
// (run, hunt, replay, check, diff, list), every option and every exit code of `seedbed`.
//
//   int main(int argc, char** argv) {
//     const std::vector<seedbed::ProtocolSpec> protocols{lease::spec()};
//     return seedbed::run_command_line(argc, argv, protocols, {.name = "lease"});
//   }
//
// Results go to stdout, progress and errors to stderr; an error is one line. `--json` is there
// wherever a program may read the answer.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "sim/run/protocol.h"

namespace seedbed {

// What differs between the programs that have this command line.
struct Program {
  std::string name = "seedbed";
  // How lines that reproduce a run call it, as a path that works from everywhere; empty: the path
  // of this executable.
  std::string command;
  // How the user called it, for lines that suggest what to type next. Empty: as argv[0] says.
  std::string called;
  // Where scenarios are looked up by name, after ./scenarios. Those that do not exist are skipped.
  std::vector<std::string> scenario_directories;
  // Where hunts keep their results if --store does not say. Empty: they do not.
  std::string store;
  // Which source it was built from, the protocols' own included: a store of hunts does not run
  // again what the same revision has run. Empty: unknown; then traces of two builds are taken for
  // traces of two programs.
  std::string revision;
};

// Parses, executes and prints; returns the exit code (tools/cli/exit_code.h). `protocols` must
// outlive the call. Never throws.
int run_command_line(int argc, char** argv, std::span<const ProtocolSpec> protocols,
                     const Program& program = {});

// The revision of Seedbed itself: "3f9c2a71b0de", "3f9c2a71b0de-dirty" or "unknown".
std::string library_revision();

}  // namespace seedbed

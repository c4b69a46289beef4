// Context: what every verb knows, and how verbs join the command line.
//
//   void add_diff(CLI::App& app, const Context& context, Command* chosen);
//
// adds the verb with its options and help, and, if the user asks for it, leaves in `chosen` what is
// to be done. Verbs throw ConfigError for bad input and OutputError for what cannot be written.
#pragma once

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "sim/run/protocol.h"
#include "tools/cli/cli.h"
#include "tools/cli/exit_code.h"
#include "tools/cli/scenario_files.h"
#include "tools/cli/terminal.h"

namespace seedbed {

struct Context {
  std::span<const ProtocolSpec> protocols;
  Program program;
  std::string executable;  // the path of this program's file
  std::string called;      // how the user called it, quoted for a shell
  Terminal terminal;

  // What a line that reproduces something begins with: a path that works from everywhere.
  const std::string& command() const {
    return program.command.empty() ? executable : program.command;
  }
  // Scenarios that are found by name. `replacement`, if given, is the only directory.
  ScenarioFiles scenario_files(const std::optional<std::string>& replacement) const;
};

using Command = std::function<int()>;

void add_run(CLI::App& app, const Context& context, Command* chosen);
void add_hunt(CLI::App& app, const Context& context, Command* chosen);
void add_replay(CLI::App& app, const Context& context, Command* chosen);
void add_check(CLI::App& app, const Context& context, Command* chosen);
void add_export(CLI::App& app, const Context& context, Command* chosen);
void add_diff(CLI::App& app, const Context& context, Command* chosen);
void add_shrink(CLI::App& app, const Context& context, Command* chosen);
void add_regress(CLI::App& app, const Context& context, Command* chosen);
void add_list(CLI::App& app, const Context& context, Command* chosen);

// Makes a verb: `examples` are shown below its options, with the name of this program for
// `seedbed`.
CLI::App& add_verb(CLI::App& app, const std::string& name, const std::string& what,
                   const std::string& examples);

}  // namespace seedbed

#include "tools/cli/cli.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <functional>
#include <iostream>
#include <system_error>

#include "sim/core/check.h"
#include "sim/run/suggest.h"
#include "tools/cli/context.h"
#include "tools/cli/crash.h"
#include "tools/cli/output_file.h"
#include "tools/cli/selection.h"

namespace seedbed {
namespace {

constexpr std::string_view kShortHelp =
    R"(Seedbed runs real protocols over a simulated network, disks and clocks, breaks things by
seed, and checks that their promises hold. The same seed gives the same run, always.

Three commands to try:
  {0} list                          what there is
  {0} run SCENARIO                  run it once, with a fresh seed
  {0} hunt SCENARIO --seeds 1000    look for a seed that breaks it

More: {0} --help, and {0} VERB --help.
)";

constexpr std::string_view kFooter = R"(Exit codes:
  0  the verdict is the expected one     4  wrong arguments or bad input
  1  it is another definite one          5  nothing matched
  2  inconclusive                        6  nondeterminism
  3  internal error                      130  interrupted

Examples:
  {0} list scenarios
  {0} run raft/partitions --seed 42 --trace failure.trace
  {0} hunt raft/partitions --seeds 1000 --json)";

std::vector<std::string> verb_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* verb : app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(verb->get_name());
  }
  return names;
}

std::vector<std::string> option_names(const CLI::App& verb) {
  std::vector<std::string> names;
  for (const CLI::Option* option : verb.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

// Prints everything that was held back. A full disk must not look like success.
void flush_results() {
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    throw OutputError("the results could not be written to stdout");
  }
}

class CommandLine {
 public:
  CommandLine(int argc, char** argv, const Context& context)
      : arguments_(argv + 1, argv + argc), context_(context), app_("", context.program.name) {
    app_.description(fmt::format(
        "{} runs protocols over a simulated world, breaks things by seed, and checks promises.",
        context.program.name));
    app_.require_subcommand(0, 1);
    app_.footer(fmt::format(kFooter, context.program.name));
    app_.set_version_flag(
        "--version",
        fmt::format("{} (revision {})", context.program.name,
                    context.program.revision.empty() ? "unknown" : context.program.revision));
    app_.get_formatter()->column_width(28);
    for (const auto add : {add_list, add_run, add_hunt, add_replay, add_shrink, add_regress,
                           add_check, add_diff, add_export}) {
      add(app_, context_, &chosen_);
    }
  }

  int execute() {
    if (arguments_.empty()) {
      fmt::print(kShortHelp, context_.program.name);
      return kExitExpected;
    }
    require_known_verb();
    try {
      std::vector<std::string> reversed(arguments_.rbegin(), arguments_.rend());
      app_.parse(std::move(reversed));
    } catch (const CLI::Success& asked) {  // --help, --version
      app_.exit(asked);
      std::cout.flush();
      return kExitExpected;
    } catch (const CLI::ParseError& error) {
      throw ConfigError(explain(error));
    }
    return chosen_ ? chosen_() : kExitUsage;
  }

 private:
  void require_known_verb() const {
    const std::string& first = arguments_.front();
    if (first.starts_with("-")) return;
    const std::vector<std::string> names = verb_names(app_);
    if (std::find(names.begin(), names.end(), first) != names.end()) return;
    throw ConfigError(unknown_name("command", first, names, context_.program.name + " --help"));
  }

  // CLI11's message on one line, with the nearest option, and where to read more.
  std::string explain(const CLI::ParseError& error) const {
    const auto verbs = app_.get_subcommands();
    const CLI::App& asked = verbs.empty() ? app_ : *verbs.front();
    const std::string help = fmt::format("{}{}{} --help", context_.program.name,
                                         verbs.empty() ? "" : " ", asked.get_name());
    const std::string command = verbs.empty() ? context_.program.name + " --help" : help;
    for (const std::string& extra : asked.remaining()) {
      if (!extra.starts_with("-")) {
        return fmt::format("'{}' is one argument too many ({})", extra, command);
      }
      return unknown_name("option", extra.substr(0, extra.find('=')), option_names(asked), command);
    }
    std::string text = error.what();
    std::replace(text.begin(), text.end(), '\n', ' ');
    return fmt::format("{} ({})", text, command);
  }

  std::vector<std::string> arguments_;
  const Context& context_;
  CLI::App app_;
  Command chosen_;
};

int guarded(const std::string& name, const std::function<int()>& body) {
  const auto fail = [&](std::string_view kind, std::string_view what, ExitCode code) {
    std::fflush(stdout);
    fmt::print(stderr, "{}: {}: {}\n", name, kind, what);
    return code;
  };
  try {
    const int code = body();
    flush_results();
    return code;
  } catch (const ConfigError& error) {
    return fail("error", error.what(), kExitUsage);
  } catch (const OutputError& error) {
    return fail("error", error.what(), kExitInternal);
  } catch (const std::system_error& error) {
    return fail("error", error.what(), kExitInternal);
  } catch (const std::exception& error) {
    return fail("internal error", error.what(), kExitInternal);
  }
}

}  // namespace

ScenarioFiles Context::scenario_files(const std::optional<std::string>& replacement) const {
  if (replacement) {
    if (!std::filesystem::is_directory(*replacement)) {
      throw ConfigError(fmt::format("--scenarios {}: there is no such directory", *replacement));
    }
    return ScenarioFiles({{.path = *replacement}});
  }
  std::vector<ScenarioDirectory> directories{{.path = "scenarios"}};
  for (const std::string& directory : program.scenario_directories) {
    directories.push_back({.path = directory, .found_from_everywhere = true});
  }
  // Of an installed copy: bin/seedbed beside share/seedbed/scenarios.
  directories.push_back(
      {.path = std::filesystem::path(executable).parent_path() / "../share/seedbed/scenarios",
       .found_from_everywhere = true});
  return ScenarioFiles(directories);
}

CLI::App& add_verb(CLI::App& app, const std::string& name, const std::string& what,
                   const std::string& examples) {
  CLI::App& verb = *app.add_subcommand(name, what);
  std::string footer = "Examples:\n" + examples;
  constexpr std::string_view kName = "seedbed";
  for (size_t at = footer.find(kName); at != std::string::npos;
       at = footer.find(kName, at + app.get_name().size())) {
    footer.replace(at, kName.size(), app.get_name());
  }
  verb.footer(footer);
  verb.get_formatter()->column_width(28);
  return verb;
}

int run_command_line(int argc, char** argv, std::span<const ProtocolSpec> protocols,
                     const Program& program) {
  install_crash_handler();
  return guarded(program.name, [&] {
    const Context context{.protocols = protocols,
                          .program = program,
                          .executable = std::filesystem::read_symlink("/proc/self/exe").string(),
                          .called = shell_word(program.called.empty() ? argv[0] : program.called),
                          .terminal = Terminal::detect()};
    return CommandLine(argc, argv, context).execute();
  });
}

}  // namespace seedbed

#include "tools/cli/selection.h"

#include <fmt/format.h>

#include <cctype>

#include "sim/core/check.h"

namespace seedbed {

void SelectionArguments::add_to(CLI::App& verb) {
  verb.add_option("--mutant", mutant, "Switch this planted bug on (seedbed list mutants)")
      ->type_name("NAME");
  verb.add_option("--set", settings,
                  "Change a field of the scenario, as in workload.operations=50;\n"
                  "may be given several times")
      ->type_name("PATH=VALUE")
      ->allow_extra_args(false);
  verb.add_option("--scenarios", directory, "Look up scenarios there, and nowhere else")
      ->type_name("DIR");
}

Selection select(const Context& context, const SelectionArguments& arguments,
                 const std::string& wanted) {
  const ScenarioFile file = context.scenario_files(arguments.directory).find(wanted);
  Selection selection{.scenario = parse_scenario(
                          read_file(file.path), file.name,
                          file.path.lexically_proximate(std::filesystem::current_path()).string(),
                          context.protocols)};
  const std::string& where = file.found_from_everywhere ? file.name : file.path.string();
  selection.program = shell_word(context.command());
  selection.arguments = shell_word(where);
  if (arguments.mutant) {
    set_mutant(selection.scenario, *arguments.mutant);
    selection.arguments += " --mutant " + shell_word(*arguments.mutant);
  }
  for (const std::string& setting : arguments.settings) {
    set_field(selection.scenario, setting);
    if (!selection.changes.empty()) selection.changes += ' ';
    selection.changes += "--set " + shell_word(setting);
  }
  if (!selection.changes.empty()) selection.arguments += ' ' + selection.changes;
  return selection;
}

std::string Selection::reproduce(uint64_t seed) const {
  return fmt::format("{} run {} --seed {}", program, arguments, seed_text(seed));
}

std::string Selection::reproduce_twice(uint64_t seed) const {
  return fmt::format("{} run {} --seed {} --twice", program, arguments, seed_text(seed));
}

std::string seed_text(uint64_t seed) { return fmt::format("{:#x}", seed); }

std::string shell_word(std::string_view word) {
  bool plain = !word.empty();
  for (const char c : word) {
    plain &= std::isalnum(static_cast<unsigned char>(c)) != 0 ||
             std::string_view("/._-+=:,@%").find(c) != std::string_view::npos;
  }
  if (plain) return std::string(word);
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

}  // namespace seedbed

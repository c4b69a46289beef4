// Selection: which scenario, changed how. The options that run and hunt share, and the line that
// asks for the same again.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/run/scenario.h"
#include "tools/cli/context.h"

namespace seedbed {

// As typed.
struct SelectionArguments {
  std::optional<std::string> mutant;
  std::vector<std::string> settings;
  std::optional<std::string> directory;  // --scenarios

  void add_to(CLI::App& verb);
};

// As found, loaded and changed.
struct Selection {
  Scenario scenario;
  std::string program;    // "/path/to/seedbed"
  std::string arguments;  // "raft/partitions --mutant ..."
  std::string changes;    // "--set ... --set ...": what was changed

  // The command that runs this seed again.
  std::string reproduce(uint64_t seed) const;
  // The command that runs it twice and compares.
  std::string reproduce_twice(uint64_t seed) const;
};

// Throws ConfigError if there is no such scenario, or a value is impossible.
Selection select(const Context& context, const SelectionArguments& arguments,
                 const std::string& wanted);

// 0x5eed: how seeds are shown.
std::string seed_text(uint64_t seed);

// The word, quoted for a shell if it needs to be.
std::string shell_word(std::string_view word);

}  // namespace seedbed

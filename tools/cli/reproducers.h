// Reproducers as the verbs use them: found, read, shown, and written so that none is ever lost.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sim/explore/reproducer.h"
#include "tools/cli/context.h"

namespace seedbed {

inline constexpr std::string_view kReproducerSuffix = ".repro";

// Throws ConfigError if it cannot be read or understood.
Reproducer read_reproducer(const std::string& path, const Context& context);

// The file appears under its name, or replaces what stood there, only when it is complete.
void write_reproducer(const std::string& path, const Reproducer& reproducer);

// Where reproducers are kept if nobody says otherwise: scenarios/regressions of the source tree, or
// below the current directory.
std::filesystem::path regressions_directory(const Context& context);

// The lines of its script, as people read them.
std::vector<std::string> schedule_of(const Reproducer& reproducer);

}  // namespace seedbed

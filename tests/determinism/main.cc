// Prints a line for every scenario and a few seeds: what was run and the two hashes of its trace.
// The lines must be the same whatever compiled this and wherever it runs; tools/test compares them
// between compilers, levels of optimisation, sanitizers and address layouts.
//
// Runs at the root of the repository. Each seed is run twice, and the second time in memory that is
// shifted and filled differently; a difference ends the program with exit code 1.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "protocols/registry.h"
#include "sim/core/arena.h"
#include "sim/run/run.h"
#include "sim/trace/full_hash.h"

namespace seedbed {
namespace {

constexpr uint64_t kSeeds = 3;

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// Watches from inside a run; what it allocates there must not stay there.
class HashOutside final : public EventSink {
 public:
  void on_event(const TraceEvent& event) override {
    RunArena::Outside outside;
    hash_.on_event(event);
  }
  uint64_t value() const { return hash_.value(); }

 private:
  FullHash hash_;
};

std::string run_line(Runner& runner, const Scenario& scenario, uint64_t seed, uint64_t salt) {
  HashOutside full;
  const RunResult result =
      runner.run(scenario, seed, {.watchers = {&full}, .salt = salt, .alternate = salt != 0});
  return fmt::format("{} {} {:016x} {:016x} {} {}", scenario.name, seed, result.trace_hash,
                     full.value(), result.events, to_string(result.verdict));
}

int run_all() {
  const std::vector<ProtocolSpec> protocols = all_protocols();
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator("scenarios")) {
    if (entry.path().extension() == ".textproto") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  Runner runner;
  int differences = 0;
  for (const auto& file : files) {
    const Scenario scenario =
        parse_scenario(read_file(file), file.string(), file.string(), protocols);
    for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
      const std::string line = run_line(runner, scenario, seed, 0);
      const std::string again = run_line(runner, scenario, seed, 0x9e3779b9);
      fmt::print("{}\n", line);
      if (line == again) continue;
      fmt::print(stderr, "differs when run again in other memory:\n  {}\n  {}\n", line, again);
      ++differences;
    }
  }
  return files.empty() || differences != 0 ? 1 : 0;
}

}  // namespace
}  // namespace seedbed

int main() {
  try {
    return seedbed::run_all();
  } catch (const seedbed::ConfigError& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}

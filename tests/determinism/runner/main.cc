// Prints a line for every scenario and a few seeds: what was run and the two hashes of its trace.
// The lines must be the same whatever compiled this and wherever it runs; tools/test compares them
// between compilers, levels of optimisation, sanitizers and address layouts.
//
//   determinism_runner                 every scenario
//   determinism_runner --last-of N     instead: the first and the last of N runs in this process,
//     [SCENARIO...]                    of these scenarios (default: all)
//   determinism_runner --planted       instead: one run of a protocol that leaks the order in which
//                                      compilers evaluate arguments
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
#include "tests/determinism/leaky/leaky.h"

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

// Those of these names (raft/calm), or all if there are none.
std::vector<Scenario> scenarios(const std::vector<std::string>& names,
                                const std::vector<ProtocolSpec>& protocols) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator("scenarios")) {
    if (entry.path().extension() == ".textproto") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<Scenario> result;
  for (const auto& file : files) {
    const std::string name = (file.parent_path().filename() / file.stem()).string();
    if (!names.empty() && std::find(names.begin(), names.end(), name) == names.end()) continue;
    result.push_back(parse_scenario(read_file(file), file.string(), file.string(), protocols));
  }
  return result;
}

int complain(std::string_view what, const std::string& line, const std::string& again) {
  fmt::print(stderr, "differs {}:\n  {}\n  {}\n", what, line, again);
  return 1;
}

int run_all(const std::vector<Scenario>& all) {
  Runner runner;
  int differences = 0;
  for (const Scenario& scenario : all) {
    for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
      const std::string line = run_line(runner, scenario, seed, 0);
      const std::string again = run_line(runner, scenario, seed, 0x9e3779b9);
      fmt::print("{}\n", line);
      if (line != again) differences += complain("when run again in other memory", line, again);
    }
  }
  return all.empty() || differences != 0 ? 1 : 0;
}

// Between the first and the last run lie those of other seeds and in other memory.
int run_many(const std::vector<Scenario>& all, uint64_t runs) {
  Runner runner;
  int differences = 0;
  for (const Scenario& scenario : all) {
    const std::string first = run_line(runner, scenario, 1, 0);
    for (uint64_t i = 2; i < runs; ++i) {
      (void)runner.run(scenario, i, {.salt = i % 10 == 0 ? i : 0});
    }
    const std::string last = run_line(runner, scenario, 1, 0);
    fmt::print("{}\n", first);
    if (first != last) differences += complain("when run last of many", first, last);
  }
  return all.empty() || differences != 0 ? 1 : 0;
}

int run_planted() {
  const std::vector<ProtocolSpec> protocols{leaky()};
  Scenario scenario = parse_scenario(
      "protocol: 'leaky' servers: 1 clients: 2 workload { kind: 'register' operations: 20 }",
      "planted/evaluation-order", "planted", protocols);
  set_mutant(scenario, "leak.evaluation-order");
  Runner runner;
  fmt::print("{}\n", run_line(runner, scenario, 1, 0));
  return 0;
}

int run_as_asked(const std::vector<std::string>& arguments) {
  if (arguments == std::vector<std::string>{"--planted"}) return run_planted();
  const std::vector<ProtocolSpec> protocols = all_protocols();
  if (arguments.empty()) return run_all(scenarios({}, protocols));
  if (arguments.size() < 2 || arguments[0] != "--last-of") {
    throw ConfigError("usage: determinism_runner [--last-of N [SCENARIO...] | --planted]");
  }
  const uint64_t runs = std::stoull(arguments[1]);
  return run_many(scenarios({arguments.begin() + 2, arguments.end()}, protocols), runs);
}

}  // namespace
}  // namespace seedbed

int main(int argc, char** argv) {
  try {
    return seedbed::run_as_asked({argv + 1, argv + argc});
  } catch (const seedbed::ConfigError& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}

// seedbed regress: every kept reproducer, with its mutant and without.
#include "sim/explore/regress.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "sim/core/check.h"
#include "tools/cli/context.h"
#include "tools/cli/json.h"
#include "tools/cli/reproducers.h"

namespace seedbed {
namespace {

namespace fs = std::filesystem;

struct RegressArguments {
  std::optional<std::string> directory;
  bool json = false;
};

std::vector<fs::path> reproducers_in(const fs::path& directory) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::recursive_directory_iterator file(directory, error), end; !error && file != end;
       file.increment(error)) {
    if (file->path().extension() == kReproducerSuffix) files.push_back(file->path());
  }
  if (error) throw ConfigError(fmt::format("{}: {}", directory.string(), error.message()));
  std::sort(files.begin(), files.end());
  return files;
}

std::string_view outcome(const RegressionResult& result) {
  if (result.ok) return "ok";
  return result.stale ? "stale" : "FAILED";
}

int regress(const RegressArguments& arguments, const Context& context) {
  const fs::path directory =
      arguments.directory ? fs::path(*arguments.directory) : regressions_directory(context);
  const std::vector<fs::path> files = reproducers_in(directory);
  if (files.empty()) {
    fmt::print(stderr, "{}: error: {}: there is no {} file to replay\n", context.program.name,
               directory.string(), kReproducerSuffix);
    return kExitNothing;
  }
  Json rows = Json::array();
  size_t failed = 0;
  Runner runner;
  for (const fs::path& file : files) {
    const Reproducer reproducer = read_reproducer(file.string(), context);
    const RegressionResult result = check_regression(runner, reproducer);
    failed += result.ok ? 0 : 1;
    const std::string name = fs::relative(file, directory).string();
    if (arguments.json) {
      rows.push_back({{"file", name},
                      {"outcome", result.ok      ? "ok"
                                  : result.stale ? "stale"
                                                 : "failed"},
                      {"what", result.what},
                      {"stale_lines", result.stale_lines}});
      continue;
    }
    fmt::print("{:6}  {}  {}\n", outcome(result), name, result.what);
    for (const std::string& line : result.stale_lines) {
      fmt::print("          matches nothing: {}\n", line);
    }
  }
  if (arguments.json) {
    fmt::print("{}",
               dump(Json{{"reproducers", files.size()}, {"failed", failed}, {"files", rows}}));
  } else {
    fmt::print("\n{} reproducers, {} failed\n", files.size(), failed);
  }
  return failed == 0 ? kExitExpected : kExitFinding;
}

}  // namespace

void add_regress(CLI::App& app, const Context& context, Command* chosen) {
  auto arguments = std::make_shared<RegressArguments>();
  CLI::App& verb =
      add_verb(app, "regress", "Replay every kept reproducer, with its bug and without",
               "  seedbed regress\n"
               "  seedbed regress my/reproducers --json");
  verb.add_option("DIR", arguments->directory, "Where they are [scenarios/regressions]");
  verb.add_flag("--json", arguments->json, "One JSON object on stdout");
  verb.callback(
      [=, &context] { *chosen = [=, &context] { return regress(*arguments, context); }; });
}

}  // namespace seedbed

// seedbed shrink: the smallest run that breaks the same promise.
#include "sim/explore/shrink.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <optional>

#include "sim/core/check.h"
#include "tools/cli/arguments.h"
#include "tools/cli/context.h"
#include "tools/cli/interrupt.h"
#include "tools/cli/json.h"
#include "tools/cli/output_file.h"
#include "tools/cli/reproducers.h"
#include "tools/cli/selection.h"

namespace seedbed {
namespace {

namespace fs = std::filesystem;

struct ShrinkArguments {
  std::string reproducer;
  std::optional<std::string> out;
  std::optional<std::string> time;
  bool json = false;
};

std::string size_text(const Size& size) {
  return fmt::format("{} fault{}, {} operation{}, {} client{}, {} server{}", size.faults,
                     size.faults == 1 ? "" : "s", size.operations, size.operations == 1 ? "" : "s",
                     size.clients, size.clients == 1 ? "" : "s", size.servers,
                     size.servers == 1 ? "" : "s");
}

// "raft.b05-commit-unverified.repro", "raft-linearizable-0x2a.repro".
std::string file_name(const Reproducer& reproducer) {
  std::string name = reproducer.scenario.mutant;
  if (name.empty()) {
    name = fmt::format("{}-{}-{}", reproducer.scenario.protocol->name,
                       reproducer.check.empty() ? reproducer.verdict : reproducer.check,
                       seed_text(reproducer.seed));
  }
  return name + std::string(kReproducerSuffix);
}

std::string out_path(const ShrinkArguments& arguments, const Reproducer& reproducer,
                     const Context& context) {
  if (arguments.out) return *arguments.out;
  const fs::path directory = regressions_directory(context);
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) {
    throw ConfigError(fmt::format("{}: {}; say --out FILE", directory.string(), error.message()));
  }
  return (directory / file_name(reproducer)).string();
}

std::string sentence(const Reproducer& best, const Reproducer& original) {
  return fmt::format("{}: {} (from {} seed {})", best.check.empty() ? best.verdict : best.check,
                     best.message, original.scenario.name, seed_text(original.seed));
}

// On a terminal one line that is rewritten; elsewhere nothing but the end.
class StageLine {
 public:
  explicit StageLine(const Terminal& terminal) : moving_(terminal.moving_progress) {}
  ~StageLine() {
    if (moving_) fmt::print(stderr, "\r\033[K");
  }
  void show(const ShrinkProgress& progress) const {
    if (!moving_) return;
    fmt::print(stderr, "\r\033[Kshrinking {}: {} after {} runs", progress.stage,
               size_text(progress.size), progress.runs);
    std::fflush(stderr);
  }

 private:
  bool moving_;
};

void print(const Shrunk& shrunk, const Reproducer& original, const std::string& path,
           std::chrono::nanoseconds took, const ShrinkArguments& arguments,
           const Context& context) {
  const Size before = size_of(original);
  const Size after = size_of(shrunk.best);
  if (arguments.json) {
    const auto json_of = [](const Size& size) {
      return Json{{"faults", size.faults},
                  {"operations", size.operations},
                  {"clients", size.clients},
                  {"servers", size.servers}};
    };
    fmt::print("{}", dump(Json{{"file", path},
                               {"complete", shrunk.complete},
                               {"runs", shrunk.runs},
                               {"wall_ns", took.count()},
                               {"from", json_of(before)},
                               {"to", json_of(after)},
                               {"schedule", schedule_of(shrunk.best)},
                               {"passes_without", shrunk.best.passes_without},
                               {"verdict", shrunk.best.verdict},
                               {"check", shrunk.best.check},
                               {"message", shrunk.best.message}}));
    return;
  }
  fmt::print("{}  {} runs in {:.1f} s{}\n\n", shrunk.complete ? "SHRUNK" : "SHRUNK SO FAR",
             shrunk.runs, static_cast<double>(took.count()) / 1e9,
             shrunk.complete ? "" : "; go on with the file below");
  fmt::print("  before      {} faults\n", before.faults);
  fmt::print("  now         {}\n", size_text(after));
  fmt::print("  breaks      {}: {}\n", shrunk.best.check, shrunk.best.message);
  const std::vector<std::string> schedule = schedule_of(shrunk.best);
  for (size_t i = 0; i < schedule.size(); ++i) {
    fmt::print("  {}  {}\n", i == 0 ? "schedule  " : "          ", schedule[i]);
  }
  if (!shrunk.best.passes_without.empty()) {
    fmt::print("  passes      without {}\n", shrunk.best.passes_without);
  }
  fmt::print("  file        {}\n\n  next:       {} replay {}\n", path, context.called,
             shell_word(path));
}

int shrink_file(const ShrinkArguments& arguments, const Context& context) {
  const Reproducer original = read_reproducer(arguments.reproducer, context);
  const std::string path = out_path(arguments, original, context);
  const InterruptGuard guard;
  ShrinkOptions options{.revision = context.program.revision, .interrupted = interrupted};
  if (arguments.time) options.budget = parse_duration("--time", *arguments.time);
  const StageLine line(context.terminal);
  options.progress = [&](const ShrinkProgress& progress) { line.show(progress); };
  options.better = [&](const Reproducer& best) {
    Reproducer kept = best;
    kept.about = sentence(best, original);
    write_reproducer(path, kept);
  };
  const auto begin = std::chrono::steady_clock::now();
  Runner runner;
  const Shrunk shrunk = shrink(runner, original, options);
  if (!shrunk.failure.empty()) {
    throw ConfigError(fmt::format("{}: {}", arguments.reproducer, shrunk.failure));
  }
  print(shrunk, original, path, std::chrono::steady_clock::now() - begin, arguments, context);
  return interrupted() ? kExitInterrupted : kExitExpected;
}

}  // namespace

void add_shrink(CLI::App& app, const Context& context, Command* chosen) {
  auto arguments = std::make_shared<ShrinkArguments>();
  CLI::App& verb = add_verb(app, "shrink", "Make a reproducer as small as it can be",
                            "  seedbed run raft/crashes --seed 14 --mutant "
                            "raft.b01-commit-old-term --record b01.repro\n"
                            "  seedbed shrink b01.repro --out small.repro\n"
                            "  seedbed shrink small.repro --time 5m");
  verb.add_option("REPRO", arguments->reproducer, "A file written by run --record")->required();
  verb.add_option("--out", arguments->out, "Where the result goes [scenarios/regressions/NAME]")
      ->type_name("FILE");
  verb.add_option("--time", arguments->time, "End then, with the best so far [1m]")->type_name("D");
  verb.add_flag("--json", arguments->json, "One JSON object on stdout");
  verb.callback(
      [=, &context] { *chosen = [=, &context] { return shrink_file(*arguments, context); }; });
}

}  // namespace seedbed

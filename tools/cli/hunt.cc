// seedbed hunt: many seeds, on all cores.
#include <fmt/format.h>
#include <signal.h>

#include <memory>
#include <optional>
#include <thread>

#include "sim/core/check.h"
#include "tools/cli/arguments.h"
#include "tools/cli/context.h"
#include "tools/cli/hunt_report.h"
#include "tools/cli/progress.h"

namespace seedbed {
namespace {

struct HuntArguments {
  std::vector<std::string> scenarios;
  std::optional<std::string> seeds;
  std::optional<std::string> time;
  std::optional<std::string> workers;
  std::optional<std::string> twice;
  std::optional<std::string> run_timeout;
  bool fail_fast = false;
  bool json = false;
  SelectionArguments selection;
};

// A signal handler can only reach what is static.
volatile sig_atomic_t interrupts = 0;

// While it lives, Ctrl-C ends the hunt in an orderly way; a second one ends it at once.
class InterruptGuard {
 public:
  InterruptGuard() {
    interrupts = 0;
    struct sigaction action {};
    action.sa_handler = [](int) { interrupts = 1; };
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    sigaction(SIGINT, &action, &before_int_);
    sigaction(SIGTERM, &action, &before_term_);
  }
  ~InterruptGuard() {
    sigaction(SIGINT, &before_int_, nullptr);
    sigaction(SIGTERM, &before_term_, nullptr);
  }
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

 private:
  struct sigaction before_int_ {};
  struct sigaction before_term_ {};
};

// Without --seeds: seeds that nobody has run yet if a time is given, else the first 200.
SeedRange seed_range(const HuntArguments& arguments) {
  if (arguments.seeds) return parse_seeds(*arguments.seeds);
  if (!arguments.time) return {.first = 1, .count = 200};
  return {.first = fresh_seed(), .count = uint64_t{1} << 62};
}

CampaignOptions campaign_options(const HuntArguments& arguments) {
  CampaignOptions options;
  const SeedRange range = seed_range(arguments);
  options.first_seed = range.first;
  options.seeds = range.count;
  options.workers = std::max(1u, std::thread::hardware_concurrency());
  if (arguments.workers) {
    options.workers = static_cast<uint32_t>(parse_count("--workers", *arguments.workers, 1, 1000));
  }
  if (arguments.time) options.time = parse_duration("--time", *arguments.time);
  if (arguments.run_timeout) {
    options.run_timeout = parse_duration("--run-timeout", *arguments.run_timeout);
  }
  if (arguments.twice) {
    options.twice_permille =
        static_cast<uint32_t>(parse_count("--twice", *arguments.twice, 0, 1000));
  }
  options.fail_fast = arguments.fail_fast;
  return options;
}

int exit_code_of(const CampaignResult& result) {
  if (!result.failure.empty()) return kExitInternal;
  if (result.interrupted) return kExitInterrupted;
  if (result.nondeterministic > 0) return kExitNondeterminism;
  if (result.unexpected > result.inconclusive || !result.missing.empty()) return kExitFinding;
  return result.unexpected > 0 || result.runs == 0 ? kExitInconclusive : kExitExpected;
}

int hunt_seeds(const HuntArguments& arguments, const Context& context) {
  Hunt hunt{.options = campaign_options(arguments)};
  for (const std::string& wanted : arguments.scenarios) {
    hunt.selections.push_back(select(context, arguments.selection, wanted));
    hunt.options.scenarios.push_back(hunt.selections.back().scenario);
  }
  if (hunt.options.seeds == 0) {
    fmt::print(stderr, "{}: error: --seeds {}: an empty range\n", context.program.name,
               arguments.seeds.value_or(""));
    return kExitNothing;
  }
  {
    const InterruptGuard guard;
    Progress progress(context.terminal);
    hunt.options.interrupted = [] { return interrupts != 0; };
    hunt.options.progress = [&](const CampaignResult& so_far) {
      progress.show(so_far, hunt.options.time);
    };
    hunt.result = run_campaign(hunt.options);
  }
  if (!hunt.result.failure.empty()) {
    fmt::print(stderr, "{}: internal error: {}\n", context.program.name, hunt.result.failure);
  }
  fmt::print("{}", arguments.json ? dump(hunt_json(hunt, context.program.revision))
                                  : hunt_text(hunt, context));
  return exit_code_of(hunt.result);
}

void add_hunt_options(CLI::App& verb, HuntArguments& arguments) {
  verb.add_option("SCENARIO", arguments.scenarios, "Paths, or names of `seedbed list scenarios`")
      ->required();
  verb.add_option("--seeds", arguments.seeds, "How many (1 to N), or which [200]")
      ->type_name("N|A..B");
  verb.add_option("--time", arguments.time,
                  "Begin no run later than that, as in 30s, 5m, 2h;\n"
                  "without --seeds: fresh seeds until then")
      ->type_name("D");
  verb.add_option("--workers", arguments.workers, "Processes that run seeds [one for each core]")
      ->type_name("W");
  arguments.selection.add_to(verb);
  verb.add_flag("--fail-fast", arguments.fail_fast, "End with the first finding");
  verb.add_option("--twice", arguments.twice,
                  "Run that many seeds in a thousand twice and compare [10]")
      ->type_name("PERMILLE");
  verb.add_option("--run-timeout", arguments.run_timeout,
                  "A run that takes longer hangs, which is a finding [60s]")
      ->type_name("D");
  verb.add_flag("--json", arguments.json, "One JSON object on stdout");
}

}  // namespace

void add_hunt(CLI::App& app, const Context& context, Command* chosen) {
  auto arguments = std::make_shared<HuntArguments>();
  CLI::App& verb = add_verb(app, "hunt", "Run many seeds and report those that break something",
                            "  seedbed hunt raft/partitions --seeds 1000\n"
                            "  seedbed hunt raft/partitions raft/crashes --time 5m --json\n"
                            "  seedbed hunt raft/partitions --seeds 1000..1999 --fail-fast");
  add_hunt_options(verb, *arguments);
  verb.callback(
      [=, &context] { *chosen = [=, &context] { return hunt_seeds(*arguments, context); }; });
}

}  // namespace seedbed

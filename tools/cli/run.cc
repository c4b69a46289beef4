// seedbed run: one run, by seed.
#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <optional>

#include "sim/explore/expectation.h"
#include "sim/explore/record.h"
#include "sim/explore/twice.h"
#include "sim/report/event_log.h"
#include "tools/cli/arguments.h"
#include "tools/cli/context.h"
#include "tools/cli/crash.h"
#include "tools/cli/from_outside.h"
#include "tools/cli/json.h"
#include "tools/cli/output_file.h"
#include "tools/cli/reproducers.h"
#include "tools/cli/selection.h"
#include "tools/cli/text.h"
#include "tools/cli/trace_file.h"

namespace seedbed {
namespace {

struct RunArguments {
  std::string scenario;
  std::optional<std::string> seed;
  std::optional<std::string> trace;
  std::optional<std::string> record;
  bool twice = false;
  bool json = false;
  SelectionArguments selection;
};

struct Executed {
  RunResult result;
  std::string difference;  // when it was run again; empty: none, or it was not
};

Executed execute(const RunArguments& arguments, const Selection& selection, uint64_t seed,
                 const Context& context, EventLog& log, OutputFile* trace) {
  const CrashReport report =
      report_crash(selection.scenario, seed, selection.reproduce(seed), context, arguments.json);
  Runner runner;
  FromOutside watcher(log);
  RunOptions options;
  if (!arguments.json) options.watchers.push_back(&watcher);
  Executed executed;
  if (trace == nullptr) {
    executed.result = runner.run(selection.scenario, seed, options);
  } else {
    executed.result = record_run(
        runner, selection.scenario, seed, provenance(context),
        [trace](std::string_view bytes) { trace->write(bytes); }, options);
  }
  if (arguments.twice) {
    executed.difference = difference_when_run_again(runner, selection.scenario, executed.result);
  }
  return executed;
}

// The causes of a difference are its second and further lines; they are of one width with it.
void print_difference(const std::string& difference) {
  if (difference.empty()) {
    fmt::print("\nrun twice: the same\n");
  } else {
    fmt::print("\nNONDETERMINISM: {}{}", difference, difference.ends_with('\n') ? "" : "\n");
  }
}

std::string json_text(const RunArguments& arguments, const Selection& selection,
                      const Executed& executed, std::chrono::nanoseconds wall,
                      const Context& context) {
  const RunResult& result = executed.result;
  Json json = result_json(result, context.program.revision);
  json["faults"] = to_json(result.faults);
  json["unreached"] = judge(selection.scenario, result).unreached;
  json["wall_ns"] = wall.count();
  if (arguments.twice) json["nondeterminism"] = executed.difference;
  json["reproduce"] = selection.reproduce(result.seed);
  return dump(json);
}

// The run again, with every choice written down.
Reproducer make_reproducer(const Selection& selection, uint64_t seed, const RunResult& result,
                           const Context& context) {
  Runner runner;
  RunResult recorded;
  Reproducer reproducer =
      record(runner, selection.scenario, seed, context.program.revision, &recorded);
  if (recorded.trace_hash != result.trace_hash) {
    throw OutputError("the run was not the same when it was recorded: it is nondeterministic");
  }
  return reproducer;
}

int run_once(const RunArguments& arguments, const Context& context) {
  const Selection selection = select(context, arguments.selection, arguments.scenario);
  const uint64_t seed = arguments.seed ? parse_seed(*arguments.seed) : fresh_seed();
  const InterruptReport interrupt(fmt::format("{}: interrupted; the same run again: {}\n",
                                              context.program.name, selection.reproduce(seed)));
  std::unique_ptr<OutputFile> trace;
  if (arguments.trace) trace = std::make_unique<OutputFile>(*arguments.trace);
  EventLog log(*selection.scenario.protocol);
  const auto begin = std::chrono::steady_clock::now();
  const Executed executed = execute(arguments, selection, seed, context, log, trace.get());
  const RunResult& result = executed.result;
  const auto wall = std::chrono::steady_clock::now() - begin;
  fmt::print("{}",
             arguments.json
                 ? json_text(arguments, selection, executed, wall, context)
                 : result_text(selection.scenario, result,
                               {.events = log.events(),
                                .reproduce = selection.reproduce(seed),
                                .trace_path = arguments.trace ? shell_word(*arguments.trace) : "",
                                .arguments = selection.arguments,
                                .wall = wall},
                               context));
  if (arguments.twice && !arguments.json) print_difference(executed.difference);
  if (trace != nullptr) trace->commit();
  if (arguments.record) {
    write_reproducer(*arguments.record, make_reproducer(selection, seed, result, context));
  }
  if (!executed.difference.empty()) return kExitNondeterminism;
  return exit_code(judge(selection.scenario, result));
}

}  // namespace

void add_run(CLI::App& app, const Context& context, Command* chosen) {
  auto arguments = std::make_shared<RunArguments>();
  CLI::App& verb = add_verb(app, "run", "Run a scenario once and say what happened",
                            "  seedbed run raft/partitions\n"
                            "  seedbed run raft/partitions --seed 42 --trace failure.trace\n"
                            "  seedbed run raft/partitions --seed 42 --twice\n"
                            "  seedbed run raft/partitions --set faults.end_ms=5000 --json");
  verb.add_option("SCENARIO", arguments->scenario, "A path, or a name of `seedbed list scenarios`")
      ->required();
  verb.add_option("--seed", arguments->seed, "Decimal or 0x...; without it a fresh one")
      ->type_name("N");
  arguments->selection.add_to(verb);
  verb.add_option("--trace", arguments->trace,
                  "Record every event there, for replay, check and diff")
      ->type_name("FILE");
  verb.add_option("--record", arguments->record,
                  "Spell out there what went wrong, for replay and shrink")
      ->type_name("FILE");
  verb.add_flag("--twice", arguments->twice,
                "Run it again in other memory, and show where the two part if they do");
  verb.add_flag("--json", arguments->json, "One JSON object on stdout");
  verb.callback(
      [=, &context] { *chosen = [=, &context] { return run_once(*arguments, context); }; });
}

}  // namespace seedbed

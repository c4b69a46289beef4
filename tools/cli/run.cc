// seedbed run: one run, by seed.
#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <optional>

#include "sim/explore/expectation.h"
#include "sim/explore/record.h"
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
  bool json = false;
  SelectionArguments selection;
};

RunResult execute(const RunArguments& arguments, const Selection& selection, uint64_t seed,
                  const Context& context, EventLog& log, OutputFile* trace) {
  const CrashReport report =
      report_crash(selection.scenario, seed, selection.reproduce(seed), context, arguments.json);
  Runner runner;
  FromOutside watcher(log);
  RunOptions options;
  if (!arguments.json) options.watchers.push_back(&watcher);
  if (trace == nullptr) return runner.run(selection.scenario, seed, options);
  return record_run(
      runner, selection.scenario, seed, provenance(context),
      [trace](std::string_view bytes) { trace->write(bytes); }, options);
}

std::string json_text(const Selection& selection, const RunResult& result,
                      std::chrono::nanoseconds wall, const Context& context) {
  Json json = result_json(result, context.program.revision);
  json["faults"] = to_json(result.faults);
  json["unreached"] = judge(selection.scenario, result).unreached;
  json["wall_ns"] = wall.count();
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
  const RunResult result = execute(arguments, selection, seed, context, log, trace.get());
  const auto wall = std::chrono::steady_clock::now() - begin;
  fmt::print("{}",
             arguments.json
                 ? json_text(selection, result, wall, context)
                 : result_text(selection.scenario, result,
                               {.events = log.events(),
                                .reproduce = selection.reproduce(seed),
                                .trace_path = arguments.trace ? shell_word(*arguments.trace) : "",
                                .arguments = selection.arguments,
                                .wall = wall},
                               context));
  if (trace != nullptr) trace->commit();
  if (arguments.record) {
    write_reproducer(*arguments.record, make_reproducer(selection, seed, result, context));
  }
  return exit_code(judge(selection.scenario, result));
}

}  // namespace

void add_run(CLI::App& app, const Context& context, Command* chosen) {
  auto arguments = std::make_shared<RunArguments>();
  CLI::App& verb = add_verb(app, "run", "Run a scenario once and say what happened",
                            "  seedbed run raft/partitions\n"
                            "  seedbed run raft/partitions --seed 42 --trace failure.trace\n"
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
  verb.add_flag("--json", arguments->json, "One JSON object on stdout");
  verb.callback(
      [=, &context] { *chosen = [=, &context] { return run_once(*arguments, context); }; });
}

}  // namespace seedbed

// seedbed run: one run, by seed.
#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <optional>

#include "sim/explore/expectation.h"
#include "sim/explore/record.h"
#include "tools/cli/arguments.h"
#include "tools/cli/context.h"
#include "tools/cli/crash.h"
#include "tools/cli/json.h"
#include "tools/cli/output_file.h"
#include "tools/cli/selection.h"
#include "tools/cli/text.h"
#include "tools/cli/trace_file.h"

namespace seedbed {
namespace {

struct RunArguments {
  std::string scenario;
  std::string seed;
  std::string trace;
  bool json = false;
  SelectionArguments selection;
};

RunResult execute(const RunArguments& arguments, const Selection& selection, uint64_t seed,
                  const Context& context, OutputFile* trace) {
  const CrashReport report =
      report_crash(selection.scenario, seed, selection.reproduce(seed), context, arguments.json);
  Runner runner;
  if (trace == nullptr) return runner.run(selection.scenario, seed);
  return record_run(runner, selection.scenario, seed, provenance(context),
                    [trace](std::string_view bytes) { trace->write(bytes); });
}

void print(const RunResult& result, const RunArguments& arguments, const Selection& selection,
           std::chrono::nanoseconds wall, const Context& context) {
  const Judgement judgement = judge(selection.scenario, result);
  const std::string reproduce = selection.reproduce(result.seed);
  if (arguments.json) {
    Json json = result_json(result, context.program.revision);
    json["faults"] = to_json(result.faults);
    json["unreached"] = judgement.unreached;
    json["wall_ns"] = wall.count();
    json["reproduce"] = reproduce;
    fmt::print("{}", dump(json));
    return;
  }
  fmt::print("{}", result_text(result, context.terminal));
  if (!judgement.unreached.empty()) {
    fmt::print("  missing     required, but not reached: {}\n", enumerate(judgement.unreached));
  }
  if (!judgement.expected_verdict && expected_verdict(selection.scenario) != "pass") {
    fmt::print("  expected    {}\n", expected_verdict(selection.scenario));
  }
  fmt::print("  reproduce   {}\n", reproduce);
}

int run_once(const RunArguments& arguments, const Context& context) {
  const Selection selection = select(context, arguments.selection, arguments.scenario);
  const uint64_t seed = arguments.seed.empty() ? fresh_seed() : parse_seed(arguments.seed);
  std::unique_ptr<OutputFile> trace;
  if (!arguments.trace.empty()) trace = std::make_unique<OutputFile>(arguments.trace);
  const auto begin = std::chrono::steady_clock::now();
  const RunResult result = execute(arguments, selection, seed, context, trace.get());
  print(result, arguments, selection, std::chrono::steady_clock::now() - begin, context);
  if (trace != nullptr) trace->commit();
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
  verb.add_flag("--json", arguments->json, "One JSON object on stdout");
  verb.callback(
      [=, &context] { *chosen = [=, &context] { return run_once(*arguments, context); }; });
}

}  // namespace seedbed

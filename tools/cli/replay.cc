// seedbed replay: a recorded run, run again and compared event by event.
//
// It is run twice: once as it was recorded, and once in memory that is laid out and filled differently,
// after the first has left behind whatever it leaves. Code that depends on addresses, on memory that
// it has not written, or on an earlier run shows one of these times.
#include <fmt/format.h>

#include <memory>
#include <optional>

#include "sim/explore/expectation.h"
#include "sim/explore/record.h"
#include "sim/report/sections.h"
#include "sim/run/recheck.h"
#include "sim/trace/diff.h"
#include "tools/cli/context.h"
#include "tools/cli/crash.h"
#include "tools/cli/json.h"
#include "tools/cli/selection.h"
#include "tools/cli/text.h"
#include "tools/cli/trace_file.h"

namespace seedbed {
namespace {

struct ReplayArguments {
  std::string trace;
  bool json = false;
};

struct Replayed {
  RunResult result;
  std::optional<Divergence> divergence;
};

void require_whole(TraceReader& reader) {
  TraceEvent event;
  while (reader.next(&event)) {
  }
  if (!reader.complete()) {
    throw ConfigError(fmt::format("{}; record it again with seed {}", reader.ending(),
                                  seed_text(reader.header().seed())));
  }
}

Replayed run_again(const RecordedRun& recorded, const TraceFile& original) {
  constexpr uint64_t kOtherMemory = 0x9e3779b9;
  Replayed replayed;
  Runner runner;
  for (const uint64_t salt : {uint64_t{0}, kOtherMemory}) {
    std::string trace;
    replayed.result =
        record_run(runner, recorded.scenario, recorded.seed, {.revision = recorded.revision},
                   [&](std::string_view bytes) { trace += bytes; }, {.salt = salt});
    replayed.divergence =
        diff_traces(original, {trace, salt == 0 ? "the replay" : "the replay in other memory"});
    if (replayed.divergence) break;
  }
  return replayed;
}

std::string_view explanation(const Replayed& replayed, SameCode same) {
  if (!replayed.divergence) return "the same, event by event";
  switch (same) {
    case SameCode::kYes:
      return "NOT the same, although the code is: something in it is nondeterministic";
    case SameCode::kNo: return "not the same; the trace comes from another revision";
    case SameCode::kUnknown: break;
  }
  return "not the same; the trace comes from another build of uncommitted code";
}

void print(const Replayed& replayed, SameCode same, const RecordedRun& recorded,
           const ReplayArguments& arguments, const Context& context) {
  const std::string& revision = context.program.revision;
  if (arguments.json) {
    Json json = result_json(replayed.result, revision);
    json["recorded_revision"] = recorded.revision;
    json.update(divergence_json(replayed.divergence));
    json["explanation"] = explanation(replayed, same);
    fmt::print("{}", dump(json));
    return;
  }
  fmt::print("{}  {}\n", verdict_text(to_string(replayed.result.verdict), context.terminal),
             run_name(replayed.result));
  if (!replayed.result.reason.empty()) fmt::print("  {}\n\n", replayed.result.reason);
  fmt::print("  replay      {}\n", explanation(replayed, same));
  if (recorded.revision != revision) {
    fmt::print("  revision    {} here, {} in the trace\n", revision, recorded.revision);
  }
  if (replayed.divergence) fmt::print("\n{}", replayed.divergence->text());
}

int replay_trace(const ReplayArguments& arguments, const Context& context) {
  const std::string content = read_file(arguments.trace);
  TraceReader reader(content, arguments.trace);
  const RecordedRun recorded = recorded_run(reader, context.protocols);
  require_whole(reader);
  const SameCode same = same_code(reader.header(), context);
  Replayed replayed;
  {
    const CrashReport report =
        report_crash(recorded.scenario, recorded.seed,
                     fmt::format("{} replay {}", shell_word(context.command()),
                                 shell_word(std::filesystem::absolute(arguments.trace).string())),
                     context, arguments.json);
    replayed = run_again(recorded, {content, arguments.trace});
  }
  print(replayed, same, recorded, arguments, context);
  if (replayed.divergence && same == SameCode::kYes) return kExitNondeterminism;
  return exit_code(judge(recorded.scenario, replayed.result));
}

}  // namespace

void add_replay(CLI::App& app, const Context& context, Command* chosen) {
  auto arguments = std::make_shared<ReplayArguments>();
  CLI::App& verb = add_verb(app, "replay", "Run a recorded run again and compare event by event",
                            "  seedbed run raft/partitions --seed 42 --trace partitions.trace\n"
                            "  seedbed replay partitions.trace\n"
                            "  seedbed replay partitions.trace --json");
  verb.add_option("TRACE", arguments->trace, "A file written by run --trace")->required();
  verb.add_flag("--json", arguments->json, "One JSON object on stdout");
  verb.callback(
      [=, &context] { *chosen = [=, &context] { return replay_trace(*arguments, context); }; });
}

}  // namespace seedbed

// seedbed replay: a recorded run, run again and compared event by event; or a reproducer, which
// says in text what is to go wrong.
//
// It is run twice: once as it was recorded, and once in memory that is laid out and filled
// differently, after the first has left behind whatever it leaves. Code that depends on addresses,
// on memory that it has not written, or on an earlier run shows one of these times.
#include <fmt/format.h>

#include <memory>
#include <optional>

#include "sim/explore/expectation.h"
#include "sim/explore/record.h"
#include "sim/report/event_log.h"
#include "sim/report/sections.h"
#include "sim/run/recheck.h"
#include "sim/trace/diff.h"
#include "tools/cli/context.h"
#include "tools/cli/crash.h"
#include "tools/cli/from_outside.h"
#include "tools/cli/json.h"
#include "tools/cli/reproducers.h"
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

// What the run of a reproducer says about the reproducer itself.
std::string remarks(const Reproducer& reproducer, const RunResult& result, const Context& context) {
  std::string text;
  for (const std::string& line : result.stale) {
    text += fmt::format("  stale       matches nothing here: {}\n", line);
  }
  if (to_string(result.verdict) != reproducer.verdict) {
    text += fmt::format("  recorded    {} {}\n", reproducer.verdict, reproducer.check);
  }
  if (result.trace_hash == reproducer.trace_hash) {
    text += "  replay      the same run, event by event\n";
  } else if (reproducer.revision == context.program.revision) {
    text += "  replay      another run than was recorded: the file has been changed since\n";
  } else {
    text += fmt::format("  replay      another run than was recorded, with revision {}\n",
                        reproducer.revision);
  }
  return text;
}

int replay_script(const ReplayArguments& arguments, const std::string& content,
                  const Context& context) {
  const Reproducer reproducer = parse_reproducer(content, arguments.trace, context.protocols);
  const std::string file = shell_word(std::filesystem::absolute(arguments.trace).string());
  const std::string again = fmt::format("{} replay {}", shell_word(context.command()), file);
  EventLog log(*reproducer.scenario.protocol);
  FromOutside watcher(log);
  Runner runner;
  RunResult result;
  {
    const CrashReport report =
        report_crash(reproducer.scenario, reproducer.seed, again, context, arguments.json);
    result = replay(runner, reproducer, {.watchers = {&watcher}});
  }
  if (arguments.json) {
    Json json = result_json(result, context.program.revision);
    json["faults"] = to_json(result.faults);
    json["recorded"] = {{"verdict", reproducer.verdict},
                        {"check", reproducer.check},
                        {"trace_hash", hash_text(reproducer.trace_hash)},
                        {"revision", reproducer.revision}};
    json["stale"] = result.stale;
    fmt::print("{}", dump(json));
  } else {
    const std::vector<NextStep> next{
        {fmt::format("{} shrink {}", context.called, file), "fewer faults and operations"}};
    fmt::print("{}{}",
               result_text(reproducer.scenario, result,
                           {.events = log.events(),
                            .reproduce = again,
                            .schedule = schedule_of(reproducer),
                            .passes_without = reproducer.passes_without,
                            .next = next},
                           context),
               remarks(reproducer, result, context));
  }
  if (!result.stale.empty()) return kExitNothing;
  return exit_code(judge(reproducer.scenario, result));
}

int replay_trace(const ReplayArguments& arguments, const std::string& content,
                 const Context& context) {
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

int replay_file(const ReplayArguments& arguments, const Context& context) {
  const std::string content = read_file(arguments.trace);
  return looks_like_reproducer(content) ? replay_script(arguments, content, context)
                                        : replay_trace(arguments, content, context);
}

}  // namespace

void add_replay(CLI::App& app, const Context& context, Command* chosen) {
  auto arguments = std::make_shared<ReplayArguments>();
  CLI::App& verb = add_verb(app, "replay", "Run a recorded run again and compare event by event",
                            "  seedbed run raft/partitions --seed 42 --trace partitions.trace\n"
                            "  seedbed replay partitions.trace\n"
                            "  seedbed replay partitions.trace --json\n"
                            "  seedbed replay scenarios/regressions/some.repro");
  verb.add_option("FILE", arguments->trace, "Written by run --trace, run --record or shrink")
      ->required();
  verb.add_flag("--json", arguments->json, "One JSON object on stdout");
  verb.callback(
      [=, &context] { *chosen = [=, &context] { return replay_file(*arguments, context); }; });
}

}  // namespace seedbed

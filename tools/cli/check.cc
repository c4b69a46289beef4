// seedbed check: the verdict of a recorded run from its trace alone, or of a history that anybody
// recorded.
#include <fmt/format.h>

#include <memory>

#include "sim/explore/expectation.h"
#include "sim/run/recheck.h"
#include "tools/cli/check_history.h"
#include "tools/cli/context.h"
#include "tools/cli/json.h"
#include "tools/cli/selection.h"
#include "tools/cli/text.h"
#include "tools/cli/trace_file.h"

namespace seedbed {
namespace {

struct CheckArguments {
  std::optional<std::string> file;
  std::optional<std::string> certificate;  // to be verified
  HistoryCheckOptions options;
};

int check_trace(const HistoryFile& file, const CheckArguments& arguments, const Context& context) {
  TraceReader reader(file.bytes(), file.path());
  const RecordedRun recorded = recorded_run(reader, context.protocols);
  const RunResult result = recheck(reader, recorded);
  const Judgement judgement = judge(recorded.scenario, result);
  if (arguments.options.json) {
    Json json{{"trace", file.path()}};
    json.update(result_json(result, recorded.revision));
    json["unreached"] = judgement.unreached;
    fmt::print("{}", dump(json));
  } else {
    EventLog log(*recorded.scenario.protocol);
    reader.rewind();
    replay(reader, {&log});
    fmt::print("{}", result_text(recorded.scenario, result,
                                 {.events = log.events(), .trace_path = shell_word(file.path())},
                                 context));
  }
  return exit_code(judgement);
}

struct Given {
  const char* option;
  bool given;
};

std::vector<Given> about_histories(const HistoryCheckOptions& options) {
  return {{"--certificate", options.certificate.has_value()},
          {"--html", options.html.has_value()},
          {"--max-versions", options.max_versions.has_value()},
          {"--max-staleness", options.max_staleness.has_value()},
          {"--initial", options.initial.has_value()},
          {"--nil-read", options.nil_read.has_value()},
          {"--failed-cas", options.failed_cas.has_value()}};
}

// Of a trace, with all checks of its scenario.
void expect_nothing_about_histories(const HistoryCheckOptions& options) {
  for (const Given& one : about_histories(options)) {
    if (!one.given) continue;
    throw ConfigError(fmt::format(
        "{}: needs --model or --consistency, for the scenario of a trace has many checks",
        one.option));
  }
}

// What was judged, and how, is written in the certificate.
void expect_only_verify(const HistoryCheckOptions& options) {
  std::vector<Given> all = about_histories(options);
  all.push_back({"--model", options.model.has_value()});
  all.push_back({"--consistency", options.consistency.has_value()});
  all.push_back({"--format", options.format.has_value()});
  for (const Given& one : all) {
    if (!one.given) continue;
    throw ConfigError(fmt::format(
        "{}: does not go with --verify, which takes everything from the certificate", one.option));
  }
}

int check(const CheckArguments& arguments, const Context& context) {
  const HistoryCheckOptions& options = arguments.options;
  if (arguments.certificate) {
    expect_only_verify(options);
    return verify_certificate(*arguments.certificate, arguments.file, options.json, context);
  }
  if (!arguments.file) throw ConfigError("FILE is required: a trace, or a history");
  const HistoryFile file(*arguments.file);
  // Of a run all checks of its scenario are asked, unless a model is.
  const bool all = file.is_trace() && !options.format && !options.model && !options.consistency;
  if (all) expect_nothing_about_histories(options);
  return all ? check_trace(file, arguments, context) : check_history(file, options, context);
}

}  // namespace

void add_check(CLI::App& app, const Context& context, Command* chosen) {
  auto arguments = std::make_shared<CheckArguments>();
  HistoryCheckOptions& options = arguments->options;
  CLI::App& verb =
      add_verb(app, "check", "Judge a recorded run, or anybody's history, without running anything",
               "  seedbed run raft/partitions --seed 42 --trace partitions.trace\n"
               "  seedbed check partitions.trace\n"
               "  seedbed check history.edn --initial 0 --json\n"
               "  seedbed check history.edn --model queue --certificate queue.cert\n"
               "  seedbed check history.edn --consistency sequential\n"
               "  seedbed check partitions.trace --consistency staleness --max-staleness 50ms\n"
               "  seedbed check --verify queue.cert");
  verb.add_option("FILE", arguments->file,
                  "A trace (run --trace), or a history in any\nformat of 'list formats'");
  verb.add_option("--model", options.model,
                  "Judge by this model, one of 'list models'\n[the one that fits]")
      ->type_name("MODEL");
  verb.add_option("--consistency", options.consistency,
                  "linearizable, sequential, or staleness,\nwhich measures reads [linearizable]")
      ->type_name("PROMISE");
  verb.add_option("--max-versions", options.max_versions,
                  "Of staleness: a read must find one of the\nlast K values")
      ->type_name("K");
  verb.add_option("--max-staleness", options.max_staleness,
                  "Of staleness: a read must find what was\nthere at most so long ago, as in 50ms")
      ->type_name("DURATION");
  verb.add_option("--certificate", options.certificate, "Write a proof of the verdict there")
      ->type_name("FILE");
  verb.add_option("--html", options.html, "Write a page with the timeline of a violation there")
      ->type_name("FILE");
  verb.add_option("--verify", arguments->certificate,
                  "Prove this certificate again, from the history\nthat it names, or from FILE")
      ->type_name("CERT");
  verb.add_option("--format", options.format, "Of a history [told by its content]")
      ->type_name("FORMAT");
  verb.add_option(
          "--initial", options.initial,
          "What objects hold at first, nil for nothing\n[as the format's own tools have it]")
      ->type_name("VALUE");
  verb.add_option("--nil-read", options.nil_read, "What a read of nil found: nothing, or unknown")
      ->type_name("MEANING");
  verb.add_option("--failed-cas", options.failed_cas,
                  "What a failed cas tells: mismatch, or no-effect")
      ->type_name("MEANING");
  verb.add_flag("--json", options.json, "One JSON object on stdout");
  verb.callback([=, &context] { *chosen = [=, &context] { return check(*arguments, context); }; });
}

}  // namespace seedbed

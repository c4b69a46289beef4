// seedbed check: the verdict of a recorded run, from its trace alone.
#include <fmt/format.h>

#include <memory>

#include "sim/explore/expectation.h"
#include "sim/run/recheck.h"
#include "tools/cli/context.h"
#include "tools/cli/json.h"
#include "tools/cli/selection.h"
#include "tools/cli/text.h"
#include "tools/cli/trace_file.h"

namespace seedbed {
namespace {

struct CheckArguments {
  std::string trace;
  bool json = false;
};

int check(const CheckArguments& arguments, const Context& context) {
  const std::string content = read_file(arguments.trace);
  TraceReader reader(content, arguments.trace);
  const RecordedRun recorded = recorded_run(reader, context.protocols);
  const RunResult result = recheck(reader, recorded);
  const Judgement judgement = judge(recorded.scenario, result);
  if (arguments.json) {
    Json json{{"trace", arguments.trace}};
    json.update(result_json(result, recorded.revision));
    json["unreached"] = judgement.unreached;
    fmt::print("{}", dump(json));
  } else {
    EventLog log(*recorded.scenario.protocol);
    reader.rewind();
    replay(reader, {&log});
    fmt::print(
        "{}",
        result_text(recorded.scenario, result,
                    {.events = log.events(), .trace_path = shell_word(arguments.trace)}, context));
  }
  return exit_code(judgement);
}

}  // namespace

void add_check(CLI::App& app, const Context& context, Command* chosen) {
  auto arguments = std::make_shared<CheckArguments>();
  CLI::App& verb = add_verb(app, "check", "Judge a recorded run again, without running anything",
                            "  seedbed run raft/partitions --seed 42 --trace partitions.trace\n"
                            "  seedbed check partitions.trace\n"
                            "  seedbed check partitions.trace --json");
  verb.add_option("TRACE", arguments->trace, "A file written by run --trace")->required();
  verb.add_flag("--json", arguments->json, "One JSON object on stdout");
  verb.callback([=, &context] { *chosen = [=, &context] { return check(*arguments, context); }; });
}

}  // namespace seedbed

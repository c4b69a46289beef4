// seedbed diff: where two traces part.
#include "sim/trace/diff.h"

#include <fmt/format.h>

#include <memory>

#include "tools/cli/context.h"
#include "tools/cli/trace_file.h"

namespace seedbed {
namespace {

struct DiffArguments {
  std::string first;
  std::string second;
  bool json = false;
};

int diff(const DiffArguments& arguments) {
  const std::string first = read_file(arguments.first);
  const std::string second = read_file(arguments.second);
  const auto divergence = diff_traces({first, arguments.first}, {second, arguments.second});
  if (arguments.json) {
    fmt::print("{}", dump(divergence_json(divergence)));
  } else if (divergence) {
    fmt::print("{}", divergence->text());
  } else {
    fmt::print("the same, event by event\n");
  }
  return divergence ? kExitFinding : kExitExpected;
}

}  // namespace

void add_diff(CLI::App& app, const Context&, Command* chosen) {
  auto arguments = std::make_shared<DiffArguments>();
  CLI::App& verb = add_verb(app, "diff", "Compare two traces and show where they part",
                            "  seedbed diff before.trace after.trace\n"
                            "  seedbed diff before.trace after.trace --json\n"
                            "  seedbed diff seed1.trace seed2.trace | less");
  verb.add_option("A", arguments->first, "A trace, from run --trace")->required();
  verb.add_option("B", arguments->second, "Another")->required();
  verb.add_flag("--json", arguments->json, "One JSON object on stdout");
  verb.callback([=] { *chosen = [=] { return diff(*arguments); }; });
}

}  // namespace seedbed

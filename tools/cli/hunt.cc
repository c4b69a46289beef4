// seedbed hunt: many seeds, on all cores.
#include <fmt/format.h>

#include <memory>
#include <optional>

#include "sim/core/check.h"
#include "tools/cli/context.h"
#include "tools/cli/hunt_arguments.h"
#include "tools/cli/hunt_record.h"
#include "tools/cli/hunt_report.h"
#include "tools/cli/interrupt.h"
#include "tools/cli/junit.h"
#include "tools/cli/output_file.h"
#include "tools/cli/progress.h"
#include "tools/cli/trace_file.h"

namespace seedbed {
namespace {

// Without --seeds: seeds that nobody has run yet if a time is given, else the first 200.
SeedRange seed_range(const HuntArguments& arguments) {
  if (arguments.seeds) return parse_seeds(*arguments.seeds);
  if (!arguments.time) return {.first = 1, .count = 200};
  return {.first = fresh_seed(), .count = kEndlessSeeds};
}

int exit_code_of(const CampaignResult& result) {
  if (!result.failure.empty() || !result.store_failure.empty()) return kExitInternal;
  if (result.interrupted) return kExitInterrupted;
  if (result.nondeterministic > 0) return kExitNondeterminism;
  if (result.unexpected > result.inconclusive || !result.missing.empty()) return kExitFinding;
  return result.unexpected > 0 || result.runs == 0 ? kExitInconclusive : kExitExpected;
}

void join(Hunt& hunt, Store& store, const Context& context) {
  hunt.store = store.path();
  std::vector<StoreKey> keys;
  const std::string code = code_identity(context);
  for (const Selection& selection : hunt.selections) {
    keys.push_back(store_key(selection, code));
  }
  hunt.options.kept = store.join(keys);
  store.set_reproduce([&hunt](const CampaignFinding& finding) {
    return reproduce_line(hunt.selections[finding.scenario], finding);
  });
  hunt.options.store = &store;
}

void run(Hunt& hunt, Store* store, const Context& context) {
  if (store != nullptr) join(hunt, *store, context);
  Progress progress(context.terminal);
  hunt.options.interrupted = interrupted;
  hunt.options.progress = [&](const CampaignResult& so_far) {
    progress.show(so_far, hunt.options.time);
  };
  hunt.result = run_campaign(hunt.options);
  if (store == nullptr || !hunt.result.store_failure.empty()) return;
  try {
    store->end();
  } catch (const StoreError& error) {
    hunt.result.store_failure = error.what();
  }
}

int hunt_seeds(const HuntArguments& arguments, const Context& context) {
  const InterruptGuard guard;
  Hunt hunt{.options = campaign_options(arguments)};
  const SeedRange range = seed_range(arguments);
  hunt.options.first_seed = range.first;
  hunt.options.seeds = range.count;
  for (const std::string& wanted : arguments.scenarios) {
    hunt.selections.push_back(select(context, arguments.selection, wanted));
    hunt.options.scenarios.push_back(hunt.selections.back().scenario);
  }
  if (hunt.options.seeds == 0) {
    fmt::print(stderr, "{}: error: --seeds {}: an empty range\n", context.program.name,
               arguments.seeds.value_or(""));
    return kExitNothing;
  }
  std::unique_ptr<OutputFile> junit;
  if (arguments.junit) junit = std::make_unique<OutputFile>(*arguments.junit);
  const std::unique_ptr<Store> store = open_store(arguments, context);
  run(hunt, store.get(), context);
  if (!hunt.result.failure.empty()) {
    fmt::print(stderr, "{}: internal error: {}\n", context.program.name, hunt.result.failure);
  }
  if (!hunt.result.store_failure.empty()) {
    fmt::print(stderr, "{}: error: {}\n", context.program.name, hunt.result.store_failure);
  }
  fmt::print("{}", arguments.json ? dump(hunt_json(hunt, context.program.revision))
                                  : hunt_text(hunt, context));
  if (junit != nullptr) {
    junit->write(junit_xml(hunt, context));
    junit->commit();
  }
  if (arguments.record) record_findings(hunt, arguments, context);
  return exit_code_of(hunt.result);
}

}  // namespace

void add_hunt(CLI::App& app, const Context& context, Command* chosen) {
  auto arguments = std::make_shared<HuntArguments>();
  CLI::App& verb = add_verb(app, "hunt", "Run many seeds and report those that break something",
                            "  seedbed hunt raft/partitions --seeds 1000\n"
                            "  seedbed hunt raft/partitions raft/crashes --time 5m --json\n"
                            "  seedbed hunt raft/partitions --seeds 1000..1999 --fail-fast\n"
                            "  seedbed hunt raft/crashes --mutant raft.b10-vote-before-sync "
                            "--detections 20");
  add_hunt_options(verb, *arguments);
  verb.callback([=, &context] {
    *chosen = [=, &context] {
      return arguments->detections ? measure_detections(*arguments, context)
                                   : hunt_seeds(*arguments, context);
    };
  });
}

}  // namespace seedbed

// seedbed hunt --detections: how many seeds until a planted bug is noticed.
#include <fmt/format.h>

#include "sim/core/check.h"
#include "sim/explore/detection.h"
#include "sim/report/text.h"
#include "tools/cli/hunt_arguments.h"
#include "tools/cli/interrupt.h"
#include "tools/cli/json.h"
#include "tools/cli/output_file.h"
#include "tools/cli/trace_file.h"

namespace seedbed {
namespace {

std::string number_text(const std::optional<uint64_t>& number) {
  return number ? count_text(*number) : "-";
}

Json number_json(const std::optional<uint64_t>& number) {
  return number ? Json(*number) : Json(nullptr);
}

// What is refused: options that mean nothing here, and a measurement without a bug.
void require_sense(const HuntArguments& arguments) {
  if (!arguments.selection.mutant) {
    throw ConfigError("--detections needs --mutant NAME: which planted bug is to be noticed?");
  }
  if (arguments.scenarios.size() != 1) {
    throw ConfigError(
        fmt::format("--detections takes one scenario, not {}", arguments.scenarios.size()));
  }
  for (const auto& [name, given] : {std::pair<std::string_view, bool>{"--time", !!arguments.time},
                                    {"--junit", !!arguments.junit},
                                    {"--twice", !!arguments.twice},
                                    {"--fail-fast", arguments.fail_fast}}) {
    if (given) throw ConfigError(fmt::format("--detections and {} do not go together", name));
  }
}

DetectionOptions detection_options(const HuntArguments& arguments, const Scenario& scenario) {
  DetectionOptions options{.scenario = scenario};
  options.checks = arguments.clients_only ? checks_asked(scenario) : checks_that_name(scenario);
  options.ranges = parse_count("--detections", *arguments.detections, 1, 1000);
  options.first_seed = fresh_seed();
  if (arguments.seeds) {
    const SeedRange range = parse_seeds(*arguments.seeds);
    if (range.count == 0) {
      throw ConfigError(fmt::format("--seeds {}: an empty range", *arguments.seeds));
    }
    options.seeds_per_range = range.count;
    // "4000" bounds each range; "A..B" is the first of them, and the others follow it.
    if (arguments.seeds->find("..") != std::string::npos) options.first_seed = range.first;
  }
  const CampaignOptions limits = campaign_options(arguments);
  options.workers = limits.workers;
  options.run_timeout = limits.run_timeout;
  options.run_memory = limits.run_memory;
  options.interrupted = interrupted;
  return options;
}

std::string text(const DetectionOptions& options, const DetectionResult& result,
                 const DetectionSummary& summary) {
  const Scenario& scenario = options.scenario;
  std::string text = fmt::format("{}  {}  caught in {} of {} ranges\n\n", scenario.mutant,
                                 scenario.name, summary.caught, summary.ranges);
  text += fmt::format("  check       {}\n", fmt::join(options.checks, " or "));
  text +=
      fmt::format("  seeds       to detection: min {}, median {}, max {}\n",
                  number_text(summary.min), number_text(summary.median), number_text(summary.max));
  text += fmt::format("  ranges      {}, of at most {} each, from seed {} on\n", options.ranges,
                      count_text(options.seeds_per_range, "seed"), options.first_seed);
  std::string each;
  for (const Detection& range : result.ranges) {
    each += fmt::format("{}{}", each.empty() ? "" : ", ", number_text(seeds_to_detection(range)));
  }
  if (!each.empty()) text += fmt::format("  each        {}\n", each);
  if (result.interrupted) text += "  interrupted\n";
  return text;
}

Json json(const DetectionOptions& options, const DetectionResult& result,
          const DetectionSummary& summary, const Context& context) {
  Json seeds = Json::array();
  uint64_t runs = 0;
  for (const Detection& range : result.ranges) {
    seeds.push_back(number_json(seeds_to_detection(range)));
    runs += range.runs;
  }
  return {{"mutant", options.scenario.mutant},
          {"scenario", options.scenario.name},
          {"check", fmt::format("{}", fmt::join(options.checks, ","))},
          {"revision", context.program.revision},
          {"ranges", summary.ranges},
          {"caught", summary.caught},
          {"median", number_json(summary.median)},
          {"min", number_json(summary.min)},
          {"max", number_json(summary.max)},
          {"seeds", std::move(seeds)},
          {"first_seed", options.first_seed},
          {"seeds_per_range", options.seeds_per_range},
          {"runs", runs},
          {"interrupted", result.interrupted}};
}

int exit_code_of(const DetectionResult& result, const DetectionSummary& summary) {
  if (!result.failure.empty()) return kExitInternal;
  if (result.interrupted) return kExitInterrupted;
  return summary.caught == summary.ranges ? kExitExpected : kExitFinding;
}

}  // namespace

int measure_detections(const HuntArguments& arguments, const Context& context) {
  require_sense(arguments);
  Selection selection = select(context, arguments.selection, arguments.scenarios.front());
  ProtocolSpec judged;
  if (arguments.clients_only) {
    judged = judged_by(Evidence::kClients, *selection.scenario.protocol);
    selection.scenario.protocol = &judged;
  }
  DetectionOptions options = detection_options(arguments, selection.scenario);
  if (options.checks.empty()) {
    throw ConfigError(
        arguments.clients_only
            ? fmt::format("{}: no check of it goes by what clients see", selection.scenario.name)
            : fmt::format("{}: no check is said to catch it", selection.scenario.mutant));
  }
  const InterruptGuard guard;
  const std::unique_ptr<Store> store = open_store(arguments, context);
  if (store != nullptr) {
    store->join({store_key(selection, code_identity(context))});
    store->close();  // children are made from here on
  }
  if (context.terminal.moving_progress) {
    options.progress = [&](uint64_t done) {
      fmt::print(stderr, "\r[{}/{}] ranges\x1b[K{}", done, options.ranges,
                 done == options.ranges ? "\r\x1b[K" : "");
    };
  }
  const DetectionResult result = measure_detection(options);
  const DetectionSummary summary = summarise(result.ranges);
  fmt::print("{}", arguments.json ? dump(json(options, result, summary, context))
                                  : text(options, result, summary));
  if (!result.failure.empty()) {
    fmt::print(stderr, "{}: internal error: {}\n", context.program.name, result.failure);
  }
  if (store != nullptr) {
    try {
      store->add_detections(0, fmt::format("{}", fmt::join(options.checks, ",")), result.ranges);
      store->end();
    } catch (const StoreError& error) {
      throw OutputError(error.what());
    }
  }
  return exit_code_of(result, summary);
}

}  // namespace seedbed

#include "tools/cli/hunt_arguments.h"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>
#include <thread>

#include "sim/core/check.h"

namespace seedbed {
namespace {

constexpr std::string_view kNowhere = "none";

void make_folder_of(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
  if (!error) return;
  throw ConfigError(
      fmt::format("{}: cannot be written: {}; --store none keeps nothing", path, error.message()));
}

}  // namespace

void add_hunt_options(CLI::App& verb, HuntArguments& arguments) {
  verb.add_option("SCENARIO", arguments.scenarios, "Paths, or names of `seedbed list scenarios`")
      ->required();
  verb.add_option("--seeds", arguments.seeds, "How many (1 to N), or which [200]")
      ->type_name("N|A..B");
  verb.add_option("--time", arguments.time,
                  "Begin no run later than that, as in 30s, 5m, 2h;\n"
                  "without --seeds: fresh seeds until then")
      ->type_name("D");
  verb.add_option("--workers", arguments.workers, "Processes that run seeds [one for each core]")
      ->type_name("W");
  arguments.selection.add_to(verb);
  verb.add_flag("--fail-fast", arguments.fail_fast, "End with the first finding");
  verb.add_option("--twice", arguments.twice,
                  "Run that many seeds in a thousand twice and compare [10]")
      ->type_name("PERMILLE");
  verb.add_option("--run-timeout", arguments.run_timeout,
                  "A run that takes longer hangs, which is a finding [60s]")
      ->type_name("D");
  verb.add_option("--run-memory", arguments.run_memory,
                  "A run that holds more is ended, which is a finding [2g]")
      ->type_name("SIZE");
  verb.add_option("--store", arguments.store,
                  "Keep results there, and do not run again what this\n"
                  "revision has run; none: keep nothing\n"
                  "[results/raw/hunt.sqlite if this is tools/seedbed, else none]")
      ->type_name("FILE");
  verb.add_option("--junit", arguments.junit, "Write the results there for a build server")
      ->type_name("FILE");
  CLI::Option* record =
      verb.add_option("--record", arguments.record,
                      "Write a reproducer of each kind of finding into that folder")
          ->type_name("DIR");
  verb.add_flag("--shrink", arguments.shrink, "Make each of them as small as it can be")
      ->needs(record);
  CLI::Option* detections =
      verb.add_option("--detections", arguments.detections,
                      "With --mutant: in that many ranges of fresh seeds, how many\n"
                      "it takes until a check that names the mutant breaks;\n"
                      "--seeds bounds each range [4000]")
          ->type_name("K");
  verb.add_flag("--clients-only", arguments.clients_only,
                "With --detections: until a check breaks that goes by what clients\n"
                "can see (seedbed list checks); the others are left off")
      ->needs(detections);
  verb.add_flag("--json", arguments.json, "One JSON object on stdout");
}

CampaignOptions campaign_options(const HuntArguments& arguments) {
  CampaignOptions options;
  options.workers = std::max(1u, std::thread::hardware_concurrency());
  if (arguments.workers) {
    options.workers = static_cast<uint32_t>(parse_count("--workers", *arguments.workers, 1, 1000));
  }
  if (arguments.time) options.time = parse_duration("--time", *arguments.time);
  if (arguments.run_timeout) {
    options.run_timeout = parse_duration("--run-timeout", *arguments.run_timeout);
  }
  if (arguments.run_memory)
    options.run_memory = parse_memory("--run-memory", *arguments.run_memory);
  if (arguments.twice) {
    options.twice_permille =
        static_cast<uint32_t>(parse_count("--twice", *arguments.twice, 0, 1000));
  }
  options.fail_fast = arguments.fail_fast;
  return options;
}

std::unique_ptr<Store> open_store(const HuntArguments& arguments, const Context& context) {
  const std::string path = arguments.store.value_or(context.program.store);
  if (path.empty() || path == kNowhere) return nullptr;
  if (!arguments.store) make_folder_of(path);
  return std::make_unique<Store>(path);
}

StoreKey store_key(const Selection& selection, const std::string& code) {
  const Scenario& scenario = selection.scenario;
  return {.scenario = scenario.name,
          .text = to_text(scenario),
          .mutant = scenario.mutant,
          .changes = selection.changes,
          .revision = code};
}

}  // namespace seedbed

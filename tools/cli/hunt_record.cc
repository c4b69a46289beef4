#include "tools/cli/hunt_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "sim/core/check.h"
#include "sim/explore/groups.h"
#include "sim/explore/shrink.h"
#include "tools/cli/interrupt.h"
#include "tools/cli/reproducers.h"

namespace seedbed {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMostRecorded = 20;

// Those that end in a verdict; a crash, a hang or nondeterminism has no script.
bool can_be_recorded(const CampaignFinding& finding) {
  return finding.verdict == to_string(Verdict::kViolation) ||
         finding.verdict == to_string(Verdict::kLiveness) ||
         finding.verdict == to_string(Verdict::kExpectedWeakness) ||
         finding.verdict == to_string(Verdict::kAssumptionBroken);
}

// "raft-crashes-CommitTermRule-0x3.repro"
std::string file_name(const Scenario& scenario, const CampaignFinding& finding) {
  std::string name = fmt::format("{}-{}-{}", scenario.name, finding.check, seed_text(finding.seed));
  std::replace(name.begin(), name.end(), '/', '-');
  return name + std::string(kReproducerSuffix);
}

void record_one(Runner& runner, const Scenario& scenario, const CampaignFinding& finding,
                const std::string& path, bool smaller, const Context& context) {
  Reproducer reproducer = record(runner, scenario, finding.seed, context.program.revision);
  reproducer.about = fmt::format("{}: {}", finding.check, finding.message);
  write_reproducer(path, reproducer);
  std::string what = fmt::format("{} lines", size_of(reproducer).faults);
  if (smaller) {
    const Shrunk shrunk = shrink(runner, reproducer,
                                 {.revision = context.program.revision,
                                  .better =
                                      [&](const Reproducer& best) {
                                        Reproducer kept = best;
                                        kept.about = reproducer.about;
                                        write_reproducer(path, kept);
                                      },
                                  .interrupted = interrupted});
    what += shrunk.failure.empty()
                ? fmt::format(", now {} and {} operations", size_of(shrunk.best).faults,
                              size_of(shrunk.best).operations)
                : "; not shrunk: " + shrunk.failure;
  }
  fmt::print(stderr, "recorded {} ({})\n", path, what);
}

}  // namespace

void record_findings(const Hunt& hunt, const HuntArguments& arguments, const Context& context) {
  const fs::path folder = *arguments.record;
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw ConfigError(fmt::format("{}: {}", folder.string(), error.message()));
  Runner runner;
  size_t recorded = 0;
  for (const Group& group : group_findings(hunt.result.findings)) {
    const CampaignFinding& finding = *group.first;
    if (!can_be_recorded(finding) || interrupted()) continue;
    if (++recorded > kMostRecorded) break;
    const Scenario& scenario = hunt.selections[finding.scenario].scenario;
    const std::string path = (folder / file_name(scenario, finding)).string();
    record_one(runner, scenario, finding, path, arguments.shrink, context);
  }
}

}  // namespace seedbed

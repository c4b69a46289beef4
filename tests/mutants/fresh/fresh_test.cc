// Planted bugs are still found as fast as medians.txt says, with seeds that nobody has run: they
// follow from the revision, so that each commit tries others, and a failure can be seen again.
//
// A range of seeds catches a bug within four times its median with probability 15/16, if what is
// recorded is true; that five of nine ranges miss it happens once in ten thousand tests.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>

#include "protocols/registry.h"
#include "sim/core/hash.h"
#include "sim/explore/detection.h"
#include "tests/mutants/tables.h"
#include "tools/cli/cli.h"

namespace seedbed {
namespace {

constexpr size_t kMutantsARun = 3;
constexpr uint64_t kRanges = 9;
constexpr uint64_t kPatience = 4;  // medians

// Those of the table that were measured, in an order that the revision decides.
std::vector<Median> shuffled(uint64_t revision) {
  std::vector<Median> medians;
  for (const Median& median : read_medians()) {
    medians.push_back(median);
  }
  std::sort(medians.begin(), medians.end(), [&](const Median& a, const Median& b) {
    return hash_bytes(a.mutant, revision) < hash_bytes(b.mutant, revision);
  });
  return medians;
}

TEST(FreshMutants, AreCaughtWithinFourTimesTheirMedian) {
  const std::vector<ProtocolSpec> protocols = all_protocols();
  const uint64_t revision = hash_bytes(library_revision());
  std::vector<Median> medians = shuffled(revision);
  ASSERT_GE(medians.size(), kMutantsARun);
  medians.resize(kMutantsARun);
  for (const Median& median : medians) {
    Scenario scenario = load_scenario(median.scenario, protocols);
    set_mutant(scenario, median.mutant);
    const DetectionOptions options{.scenario = scenario,
                                   .checks = checks_that_name(scenario),
                                   .first_seed = revision >> 16,
                                   .ranges = kRanges,
                                   .seeds_per_range = kPatience * median.median,
                                   .workers = 2};
    const DetectionResult result = measure_detection(options);
    const DetectionSummary summary = summarise(result.ranges);
    std::printf("%s in %s: caught in %d of %d ranges of %d seeds from %llu on\n",
                median.mutant.c_str(), median.scenario.c_str(), static_cast<int>(summary.caught),
                static_cast<int>(kRanges), static_cast<int>(options.seeds_per_range),
                static_cast<unsigned long long>(options.first_seed));
    EXPECT_EQ(result.failure, "");
    EXPECT_GT(summary.caught, kRanges / 2) << median.mutant;
  }
}

}  // namespace
}  // namespace seedbed

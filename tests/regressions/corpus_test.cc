// The corpus: every planted bug has a small reproducer, which still shows it.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "sim/explore/regress.h"
#include "sim/explore/shrink.h"
#include "sim/fault/catalogue.h"
#include "tests/regressions/repository.h"

namespace seedbed {
namespace {

namespace fs = std::filesystem;

std::vector<Reproducer> corpus() {
  std::vector<Reproducer> reproducers;
  const fs::path directory = fs::path(SEEDBED_SOURCE_DIR) / "scenarios" / "regressions";
  for (const auto& file : fs::directory_iterator(directory)) {
    if (file.path().extension() != ".repro") continue;
    const std::string path = file.path().string();
    reproducers.push_back(parse_reproducer(read_whole(path), path, protocols()));
  }
  return reproducers;
}

TEST(Corpus, StillShowsWhatItWasKeptFor) {
  Runner runner;
  for (const Reproducer& reproducer : corpus()) {
    const RegressionResult result = check_regression(runner, reproducer);
    EXPECT_TRUE(result.ok) << reproducer.scenario.mutant << " " << result.what;
    EXPECT_TRUE(result.stale_lines.empty());
  }
}

TEST(Corpus, HasEveryPlantedBug) {
  std::set<std::string> kept;
  for (const Reproducer& reproducer : corpus()) kept.insert(reproducer.scenario.mutant);
  for (const ProtocolSpec& protocol : protocols()) {
    for (const MutantSpec& mutant : protocol.mutants) {
      EXPECT_TRUE(kept.contains(mutant.name)) << mutant.name;
    }
  }
}

size_t median(std::vector<size_t> sizes) {
  std::sort(sizes.begin(), sizes.end());
  return sizes.at(sizes.size() / 2);
}

TEST(Corpus, IsSmall) {
  std::vector<size_t> faults, operations;
  for (const Reproducer& reproducer : corpus()) {
    faults.push_back(size_of(reproducer).faults);
    operations.push_back(size_of(reproducer).operations);
  }
  EXPECT_LE(median(faults), 5u);
  EXPECT_LE(median(operations), 10u);
}

// Where servers were left out, so were the links that ended there, and no others.
TEST(Corpus, LosesLinksInPairs) {
  size_t links = 0;
  for (const Reproducer& reproducer : corpus()) {
    const auto& absent = reproducer.script.absent();
    const std::set<std::string> missing(absent.begin(), absent.end());
    for (const run::PlannedFault& fault : reproducer.script.fault()) {
      if (find_fault(fault.fault())->aim != Aim::kLost) continue;
      ASSERT_EQ(fault.target_size(), fault.other_size()) << reproducer.about;
      for (int i = 0; i < fault.target_size(); ++i) {
        EXPECT_NE(fault.target(i), fault.other(i)) << reproducer.about;
        EXPECT_FALSE(missing.contains(fault.target(i)) || missing.contains(fault.other(i)));
        ++links;
      }
    }
  }
  EXPECT_GT(links, 5u);
}

TEST(Corpus, IsNotedWhenItGoesStale) {
  Reproducer reproducer = corpus().front();
  reproducer.script.add_choice()->set_site("network.loss");
  Runner runner;
  const RegressionResult result = check_regression(runner, reproducer);
  EXPECT_FALSE(result.ok);
  EXPECT_TRUE(result.stale);
  ASSERT_EQ(result.stale_lines.size(), 1u);
}

TEST(Corpus, IsNotedWhenAFixedBugIsBack) {
  // As if the planted bug had been fixed, and then were there again.
  Runner runner;
  const Scenario planted = load("crdt/counter", "crdt_counter.b01-merge-by-sum");
  Reproducer reproducer = record(runner, planted, 1, "test");
  EXPECT_TRUE(check_regression(runner, reproducer).ok);
  reproducer.check = "NoIncrementLost";  // which that one does not break
  EXPECT_FALSE(check_regression(runner, reproducer).ok);
  reproducer.scenario.mutant.clear();
  EXPECT_TRUE(check_regression(runner, reproducer).ok) << "it stays fixed";
}

}  // namespace
}  // namespace seedbed

// Thousands of small clusters under random faults. The number of runs can be raised from outside:
//
//   SEEDBED_RAFT_RUNS=100000 build/dev/tests/raft/raft_test --gtest_filter='RandomCluster.*'
#include "tests/raft/cluster.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace seedbed::raft {
namespace {

uint64_t runs() {
  const char* wanted = std::getenv("SEEDBED_RAFT_RUNS");
  return wanted == nullptr ? 2000 : std::strtoull(wanted, nullptr, 10);
}

TEST(RandomCluster, KeepsEveryPromiseAndRecovers) {
  uint64_t applied = 0;
  uint64_t leaders = 0;
  uint64_t stale = 0;
  for (uint64_t seed = 1; seed <= runs(); ++seed) {
    Cluster cluster(ClusterOptions::for_seed(seed));
    cluster.run();
    ASSERT_FALSE(cluster.violation()) << "seed " << seed << ": " << *cluster.violation();
    applied += cluster.ghost().applied().size();
    leaders += cluster.ghost().terms_with_leader();
    stale += cluster.stale_completions();
  }
  // The runs did work, and met the situations they are for.
  EXPECT_GT(applied, 10 * runs());
  EXPECT_GT(leaders, 2 * runs());
  EXPECT_GT(stale, runs() / 10);
  RecordProperty("applied", static_cast<int>(applied / runs()));
  RecordProperty("leaders", static_cast<int>(leaders / runs()));
  RecordProperty("stale", static_cast<int>(stale));
}

}  // namespace
}  // namespace seedbed::raft

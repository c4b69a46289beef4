// Thousands of small clusters under random faults. The number of runs can be raised from outside:
//
//   SEEDBED_RAFT_RUNS=100000 build/dev/tests/raft/raft_test --gtest_filter='RandomCluster.*'
#include "tests/raft/cluster.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <optional>
#include <set>

#include "protocols/raft/kv.h"

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
  uint64_t installed = 0;
  uint64_t configurations = 0;
  uint64_t joint = 0;
  for (uint64_t seed = 1; seed <= runs(); ++seed) {
    Cluster cluster(ClusterOptions::for_seed(seed));
    cluster.run();
    ASSERT_FALSE(cluster.violation()) << "seed " << seed << ": " << *cluster.violation();
    applied += cluster.ghost().applied().size();
    leaders += cluster.ghost().terms_with_leader();
    stale += cluster.stale_completions();
    installed += cluster.installed();
    configurations += cluster.configurations();
    joint += cluster.joint_configurations();
  }
  // The runs did work, and met the situations they are for.
  EXPECT_GT(applied, 10 * runs());
  EXPECT_GT(leaders, 2 * runs());
  EXPECT_GT(stale, runs() / 10);
  EXPECT_GT(installed, runs() / 10);
  EXPECT_GT(configurations, runs());
  EXPECT_GT(joint, runs() / 4);
  RecordProperty("applied", static_cast<int>(applied / runs()));
  RecordProperty("leaders", static_cast<int>(leaders / runs()));
  RecordProperty("stale", static_cast<int>(stale));
  RecordProperty("installed", static_cast<int>(installed));
  RecordProperty("configurations", static_cast<int>(configurations));
  RecordProperty("joint", static_cast<int>(joint));
}

// What the cluster agreed on, executed: does the client find each of its numbers once, at most?
std::optional<std::string> executed_twice(const Ghost& ghost, Mutant mutant) {
  KvStateMachine machine(KvRules(mutant), KvLimits{});
  for (const Entry& entry : ghost.applied()) machine.apply(entry);
  const std::string value = machine.value("key").value_or("");
  std::set<std::string_view> seen;
  for (size_t begin = 0; begin < value.size();) {
    const size_t end = value.find(';', begin);
    const std::string_view number = std::string_view(value).substr(begin, end - begin);
    if (!seen.insert(number).second) return std::string(number);
    begin = end + 1;
  }
  return std::nullopt;
}

TEST(RandomCluster, ExecutesEachCommandOnce) {
  uint64_t caught = 0;
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    Cluster cluster(ClusterOptions::for_seed(seed));
    cluster.run();
    ASSERT_FALSE(executed_twice(cluster.ghost(), Mutant::kNone)) << "seed " << seed;
    if (executed_twice(cluster.ghost(), Mutant::kNoSessionCheck)) ++caught;
  }
  EXPECT_GT(caught, 50u);
}

// A mutant, how many runs may pass before it is found, and who may find it.
struct Hunt {
  Mutant mutant;
  uint64_t budget;
  friend std::ostream& operator<<(std::ostream& out, const Hunt& hunt) {
    return out << describe(hunt.mutant)->name;
  }
};

class RandomClusterHunt : public testing::TestWithParam<Hunt> {};

TEST_P(RandomClusterHunt, FindsTheMutant) {
  for (uint64_t seed = 1; seed <= GetParam().budget; ++seed) {
    Cluster cluster(ClusterOptions::for_seed(seed, GetParam().mutant));
    cluster.run();
    if (!cluster.violation()) continue;
    const std::string invariant = cluster.violation()->substr(0, cluster.violation()->find(':'));
    const MutantInfo* info = describe(GetParam().mutant);
    ASSERT_NE(info, nullptr);
    const bool named =
        info->caught_by == invariant || info->also.find(invariant) != info->also.npos;
    EXPECT_TRUE(named) << "seed " << seed << ": " << *cluster.violation();
    return;
  }
  FAIL() << "not found in " << GetParam().budget << " runs";
}

INSTANTIATE_TEST_SUITE_P(AllMutantsOfTheCore, RandomClusterHunt,
                         testing::Values(Hunt{Mutant::kB01, 200}, Hunt{Mutant::kB04, 200},
                                         Hunt{Mutant::kB05, 8000}, Hunt{Mutant::kB07, 4000},
                                         Hunt{Mutant::kB06, 4000}, Hunt{Mutant::kB10, 50},
                                         Hunt{Mutant::kB14, 200}, Hunt{Mutant::kB18, 400}));

}  // namespace
}  // namespace seedbed::raft

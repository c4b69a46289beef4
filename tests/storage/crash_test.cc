// Power fails behind every disk operation, those of recovery too, and whatever a crash may leave of
// what was not synced, the log keeps its promise.
#include <gtest/gtest.h>

#include <cstdio>

#include "tests/random.h"
#include "tests/storage/log_machine.h"

namespace seedbed::storage {
namespace {

// What a crash leaves: all, nothing, and some of it in pieces, drawn several times.
std::vector<LogSetup> survivals(const LogSetup& setup, uint64_t draws) {
  std::vector<LogSetup> setups(2 + draws, setup);
  setups[0].survival = Survival::kAll;
  setups[1].survival = Survival::kNone;
  for (uint64_t i = 0; i < draws; ++i) {
    setups[2 + i].survival = Survival::kSomeTorn;
    setups[2 + i].seed = i + 1;
  }
  return setups;
}

// How many operations there were behind which power could fail, and did.
struct Coverage {
  uint64_t operations = 0;
  uint64_t crashes = 0;
  uint64_t torn = 0;
};

void expect_kept(const Life& life, const Trouble& trouble, const LogSetup& setup) {
  std::string crashes;
  for (const uint64_t crash : trouble.crashes) crashes += " " + std::to_string(crash);
  EXPECT_EQ(life.broken, "") << "crashes behind" << crashes << ", survival "
                             << static_cast<int>(setup.survival) << ", seed " << setup.seed;
}

// The recovery that follows a crash behind `first`, cut short behind each of its operations.
void crash_in_recovery(const LogSetup& setup, uint64_t first, const Life& life, Coverage& total) {
  for (const Life::Recovery& recovery : life.recoveries) {
    if (recovery.begun < first) continue;
    total.operations += recovery.done - recovery.begun;
    for (uint64_t second = recovery.begun + 1; second <= recovery.done; ++second) {
      const Trouble trouble{.crashes = {first, second}};
      const Life again = live(setup, trouble);
      expect_kept(again, trouble, setup);
      total.crashes += again.operations >= second ? 1 : 0;
      total.torn += again.torn;
    }
    return;
  }
}

TEST(Crash, BehindEveryDiskOperationAndEveryOneOfTheRecoveryThatFollows) {
  const LogSetup setup;
  const Life calm = live(setup, {});
  ASSERT_EQ(calm.broken, "");
  ASSERT_TRUE(calm.completed);
  EXPECT_EQ(calm.checkpoints, 2u);
  EXPECT_GE(calm.segments, 6u);
  Coverage work, recovery;
  for (const LogSetup& variant : survivals(setup, 8)) {
    work.operations += calm.operations;
    for (uint64_t crash = 1; crash <= calm.operations; ++crash) {
      const Trouble trouble{.crashes = {crash}};
      const Life life = live(variant, trouble);
      expect_kept(life, trouble, variant);
      work.crashes += life.operations >= crash ? 1 : 0;
      work.torn += life.torn;
      crash_in_recovery(variant, crash, life, recovery);
    }
  }
  std::printf("disk operations of the workload: %lu (x10 survivals: %lu), crashed behind: %lu\n",
              static_cast<unsigned long>(calm.operations),
              static_cast<unsigned long>(work.operations),
              static_cast<unsigned long>(work.crashes));
  std::printf("disk operations of the recoveries after that: %lu, crashed behind: %lu\n",
              static_cast<unsigned long>(recovery.operations),
              static_cast<unsigned long>(recovery.crashes));
  EXPECT_EQ(work.crashes, work.operations);
  EXPECT_EQ(recovery.crashes, recovery.operations);
  EXPECT_GT(work.torn, 20u);  // torn ends did occur
}

// Behind the failing operation the process ends itself, as the log tells it to.
TEST(DiskFailure, OfAnyOperationLosesNothingThatWasConfirmed) {
  for (const LogSetup& setup : survivals({}, 2)) {
    const uint64_t operations = live(setup, {}).operations;
    for (const char* site : {"disk.write_error", "disk.sync_error", "disk.read_error"}) {
      uint64_t crashes = 0;
      for (uint64_t operation = 1; operation <= operations; ++operation) {
        const Trouble trouble{.faults = {disk_fault(site, operation)}};
        const Life life = live(setup, trouble);
        EXPECT_EQ(life.broken, "") << site << " of operation " << operation;
        crashes += life.crashes - 2;  // beside those of the workload
      }
      EXPECT_GT(crashes, 5u) << site;
    }
  }
}

// The log refuses what does not fit, and goes on with it when there is space again.
TEST(FullDisk, BehindAnyOperationRefusesSomeAndLosesNothing) {
  uint64_t refused = 0;
  for (const bool preallocate : {true, false}) {
    LogSetup setup{.survival = Survival::kSomeTorn};
    setup.wal.preallocate = preallocate;
    const Life calm = live(setup, {});
    for (uint64_t operation = 1; operation <= calm.operations; ++operation) {
      const Life life = live(setup, {.full_behind = operation});
      EXPECT_EQ(life.broken, "") << "full behind operation " << operation;
      EXPECT_EQ(life.crashes, 2u);  // those of the workload: it was not poisoned
      EXPECT_EQ(life.confirmed, calm.confirmed);
      refused += life.refused;
    }
  }
  EXPECT_GT(refused, 100u);
}

TEST(FullDisk, AndACrashAnywhereBehindThatLoseNothing) {
  for (const LogSetup& setup : survivals({}, 1)) {
    const uint64_t operations = live(setup, {}).operations;
    for (uint64_t full = 1; full <= operations; full += 3) {
      for (uint64_t crash = full + 1; crash <= full + 9; ++crash) {
        const Life life = live(setup, {.crashes = {crash}, .full_behind = full});
        EXPECT_EQ(life.broken, "") << "full behind " << full << ", crash behind " << crash;
      }
    }
  }
}

// Long lives with many crashes, failures and shortages, each another one.
TEST(Campaign, KeepsThePromise) {
  uint64_t crashes = 0;
  uint64_t confirmed = 0;
  uint64_t torn = 0;
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    Random random(seed);
    LogSetup setup{
        .workload = random_workload(seed, 60), .survival = Survival::kSomeTorn, .seed = seed};
    setup.wal.segment_bytes = 512 + random.below(8000);
    setup.wal.preallocate = random.chance(500);
    Trouble trouble{.full_behind = random.below(1000)};
    for (uint64_t at = random.below(40); at < 2000; at += random.below(60)) {
      trouble.crashes.push_back(at);
    }
    for (uint64_t i = random.below(4); i > 0; --i) {
      trouble.faults.push_back(disk_fault("disk.sync_error", random.below(500)));
      trouble.faults.push_back(disk_fault("disk.write_error", random.below(500)));
    }
    const Life life = live(setup, trouble);
    EXPECT_EQ(life.broken, "") << "seed " << seed;
    EXPECT_TRUE(life.completed);
    crashes += life.crashes;
    confirmed += life.confirmed;
    torn += life.torn;
  }
  std::printf("crashes: %lu, torn ends: %lu, records confirmed: %lu\n",
              static_cast<unsigned long>(crashes), static_cast<unsigned long>(torn),
              static_cast<unsigned long>(confirmed));
  EXPECT_GT(crashes, 2000u);
  EXPECT_GT(torn, 100u);
}

}  // namespace
}  // namespace seedbed::storage

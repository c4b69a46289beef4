// A life: a node lives through a fixed workload on a write-ahead log, while its disk and
// its power fail where the test says, and the log is held against its promise.
//
//   const Life life = live({.survival = Survival::kNone}, {.crashes = {17}});
//   EXPECT_EQ(life.broken, "");
//
// The promise, checked at every recovery and at every confirmation:
//   Durability  What was confirmed is found, and is on the disk when it is confirmed.
//   Prefix      What is found is a prefix of what was appended, in the same order.
//   NoGhost     Nothing is found that was never appended, or was refused.
//   Atomic      No batch is found in part.
//   RecIdem     A recovery that a crash has cut short changes nothing of what the next one finds.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "protocols/storage/wal.h"
#include "sim/core/choice.h"

namespace seedbed::storage {

struct Step {
  enum class Kind { kAppend, kBeginCheckpoint, kAwaitCheckpoint, kRestart };
  Kind kind = Kind::kAppend;
  // To be appended at once: batches, by the sizes of their records.
  std::vector<std::vector<uint32_t>> batches;
};

// Every path of the log in few operations: batches and groups of them, rotation between groups and
// within one, checkpoints beside appends, deletion, recovery, and all of it again.
std::vector<Step> short_workload();
// Many steps of any kind.
std::vector<Step> random_workload(uint64_t seed, size_t steps);

// Which of the unsynced changes a crash leaves.
enum class Survival { kNone, kAll, kSomeTorn };

struct Trouble {
  // Power fails right behind these disk operations, counted over the whole life; ascending.
  std::vector<uint64_t> crashes;
  // The operations of the node's disk that fail: site and operation.
  std::vector<ChoiceRecord> faults;
  // The disk is full for a while, from behind that operation; 0: never.
  uint64_t full_behind = 0;
};

// The fault at that operation of the disk.
ChoiceRecord disk_fault(std::string site, uint64_t operation);

struct Life {
  uint64_t operations = 0;  // of the disk, that completed
  // How many of them each recovery had done: when it began and when it was through.
  struct Recovery {
    uint64_t begun = 0;
    uint64_t done = 0;
  };
  std::vector<Recovery> recoveries;  // those that were through
  uint64_t crashes = 0;
  uint64_t confirmed = 0;    // records
  uint64_t refused = 0;      // batches
  uint64_t checkpoints = 0;  // that were confirmed
  uint64_t torn = 0;         // ends that recovery cut off
  uint64_t segments = 0;     // the number of the last one
  std::string broken;        // the first promise that did not hold; empty if all did
  bool completed = false;    // the workload was done to its end
};

struct LogSetup {
  std::vector<Step> workload = short_workload();
  WalOptions wal{.directory = "log", .segment_bytes = 2048, .checkpoint_piece = 128};
  Survival survival = Survival::kAll;
  uint64_t seed = 1;
};

Life live(const LogSetup& setup, const Trouble& trouble);

}  // namespace seedbed::storage

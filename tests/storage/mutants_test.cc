// Each mutant of the log breaks a promise, and the correct log keeps it in the same life.
#include <gtest/gtest.h>

#include "protocols/storage/recovery.h"
#include "tests/storage/log_machine.h"

namespace seedbed::storage {
namespace {

LogSetup setup_with(Mutant mutant, Survival survival = Survival::kNone) {
  LogSetup setup{.survival = survival};
  setup.wal.rules = Rules(mutant);
  return setup;
}

// The first promise that is broken by a crash behind some operation; empty if none is.
std::string broken_by_some_crash(const LogSetup& setup, std::vector<ChoiceRecord> faults = {}) {
  for (uint64_t crash = 1; crash <= 100; ++crash) {
    const Life life = live(setup, {.crashes = {crash}, .faults = faults});
    if (!life.broken.empty()) return life.broken;
  }
  return "";
}

#define EXPECT_BREAKS(promise, broken) EXPECT_EQ((broken).substr(0, (broken).find(':')), promise)

TEST(Mutants, B01ConfirmedBeforeTheSyncIsNotDurable) {
  EXPECT_BREAKS("Durability", live(setup_with(Mutant::kB01), {}).broken);
}

TEST(Mutants, B02ASyncThatIsRepeatedCoversNothing) {
  std::string broken;
  for (uint64_t operation = 1; operation <= 100 && broken.empty(); ++operation) {
    const Trouble trouble{.faults = {disk_fault("disk.sync_error", operation)}};
    EXPECT_EQ(live(setup_with(Mutant::kNone), trouble).broken, "");
    broken = live(setup_with(Mutant::kB02), trouble).broken;
  }
  EXPECT_BREAKS("Durability", broken);
}

TEST(Mutants, B03ASegmentWithoutADurableNameIsLost) {
  EXPECT_EQ(broken_by_some_crash(setup_with(Mutant::kNone)), "");
  EXPECT_BREAKS("Durability", broken_by_some_crash(setup_with(Mutant::kB03)));
}

TEST(Mutants, B05ACheckpointOverwrittenInPlaceIsLost) {
  EXPECT_EQ(broken_by_some_crash(setup_with(Mutant::kNone, Survival::kAll)), "");
  EXPECT_BREAKS("Durability", broken_by_some_crash(setup_with(Mutant::kB05, Survival::kAll)));
}

TEST(Mutants, B07AFullSegmentThatWasNotSyncedIsNotDurable) {
  EXPECT_BREAKS("Durability", broken_by_some_crash(setup_with(Mutant::kB07)));
}

TEST(Mutants, B09ARecordThatTheCheckpointCoversIsReplayed) {
  EXPECT_EQ(live(setup_with(Mutant::kNone), {}).broken, "");
  EXPECT_BREAKS("Prefix", live(setup_with(Mutant::kB09), {}).broken);
}

// Five confirmed batches, of which the third has rotted.
TEST(Mutants, B04DamageInTheMiddleCutsOffWhatWasConfirmed) {
  Encoder encoder({}, {.salt = 1, .segment_bytes = 200});
  std::map<uint64_t, std::string> segments;
  for (int i = 0; i < 5; ++i) {
    Batch batch;
    batch.add(1, std::string(60, 'x'));
    std::deque<Chunk> chunks;
    encoder.add(batch, chunks);
    encoder.durable_through(encoder.last());
    segments[chunks[0].segment()] += chunks[0].bytes.take();
  }
  ASSERT_EQ(segments.size(), 5u);
  segments[3][100] ^= 1;
  LogFiles files;
  for (const auto& [number, bytes] : segments) files.segments[number] = bytes;
  EXPECT_TRUE(find_log(files).corrupt);

  const Found found = find_log(files, Rules(Mutant::kB04));
  EXPECT_FALSE(found.corrupt);
  EXPECT_EQ(found.records.size(), 2u);  // of five
}

}  // namespace
}  // namespace seedbed::storage

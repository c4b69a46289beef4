// The log that a disk holds, followed through its events, is the one that recovery would find.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "protocols/storage/invariants_durable_log.h"

namespace seedbed::storage {
namespace {

// A disk with a log of three segments, one record in each.
class DurableLogTest : public ::testing::Test {
 protected:
  DurableLogTest() {
    Encoder encoder({}, {.salt = 1, .segment_bytes = 200});
    for (uint64_t i = 1; i <= 3; ++i) {
      Batch batch;
      batch.add(1, std::string(100, static_cast<char>('a' + i)));
      std::deque<Chunk> chunks;
      encoder.add(batch, chunks);
      encoder.durable_through(encoder.last());
      segments.push_back(chunks[0].bytes.take());
      change(DurableChange::kWrite, i, 0, {}, segments.back());
      change(DurableChange::kLink, i, 0, names.segment(i), {});
    }
  }

  void change(DurableChange what, uint64_t file, uint64_t value, std::string_view name,
              std::string_view bytes) {
    image.apply({.kind = EventKind::kDurable,
                 .peer = NodeId{static_cast<uint32_t>(what)},
                 .id = file,
                 .value = value,
                 .name = name,
                 .bytes = bytes});
    log.look(image);
    restarts += log.take_restart() ? 1 : 0;
    if (log.rescans() != rescans) read.clear();
    rescans = log.rescans();
    while (const auto record = log.next()) read.push_back(record->lsn);
    image.settle();
  }

  FileNames names{"log"};
  std::vector<std::string> segments;
  DurableImage image;
  DurableLog log{"log"};
  std::vector<Lsn> read;
  uint64_t rescans = 0;
  int restarts = 0;
};

using Lsns = std::vector<Lsn>;

TEST_F(DurableLogTest, ReadsEachRecordOnceAsItComes) {
  EXPECT_EQ(read, (Lsns{1, 2, 3}));
  EXPECT_EQ(restarts, 0);
}

TEST_F(DurableLogTest, ReadsAnewWhenBytesChangeThatItHadRead) {
  change(DurableChange::kWrite, 2, 100, names.segment(2), "?");
  EXPECT_EQ(read, (Lsns{1}));
  EXPECT_EQ(restarts, 1);
  change(DurableChange::kWrite, 2, 100, names.segment(2), segments[1].substr(100, 1));
  EXPECT_EQ(read, (Lsns{1, 2, 3}));
}

TEST_F(DurableLogTest, ReadsAnewWhenASegmentGoes) {
  change(DurableChange::kUnlink, 2, 0, names.segment(2), {});
  EXPECT_EQ(read, (Lsns{1}));
}

TEST_F(DurableLogTest, BeginsBehindACheckpointWhenThatHasItsName) {
  const std::string checkpoint = encode_checkpoint(2, "two");
  change(DurableChange::kWrite, 9, 0, names.new_checkpoint(), checkpoint);
  change(DurableChange::kLink, 9, 0, names.new_checkpoint(), {});
  EXPECT_FALSE(log.checkpoint().has_value());
  EXPECT_EQ(restarts, 0);
  change(DurableChange::kUnlink, 9, 0, names.new_checkpoint(), {});
  change(DurableChange::kLink, 9, 0, names.checkpoint(), {});
  ASSERT_TRUE(log.checkpoint().has_value());
  EXPECT_EQ(log.checkpoint()->state, "two");
  EXPECT_EQ(read, (Lsns{3}));
  EXPECT_EQ(restarts, 1);
  // What it covers may go.
  change(DurableChange::kUnlink, 1, 0, names.segment(1), {});
  EXPECT_EQ(read, (Lsns{3}));
  EXPECT_EQ(log.end().lsn, 3u);
}

TEST_F(DurableLogTest, NoticesACheckpointThatChanges) {
  change(DurableChange::kWrite, 9, 0, {}, encode_checkpoint(2, "two"));
  change(DurableChange::kLink, 9, 0, names.checkpoint(), {});
  EXPECT_EQ(restarts, 1);
  change(DurableChange::kWrite, 9, kCheckpointHeaderSize, names.checkpoint(), "T");
  EXPECT_FALSE(log.checkpoint().has_value());
  EXPECT_EQ(restarts, 2);
  EXPECT_TRUE(find_log(image, names).corrupt);
}

TEST_F(DurableLogTest, LeavesFilesAloneThatAreNotTheLogs) {
  change(DurableChange::kWrite, 9, 0, {}, "other");
  change(DurableChange::kLink, 9, 0, "wal.1", {});
  change(DurableChange::kTruncate, 9, 0, "wal.1", {});
  change(DurableChange::kUnlink, 9, 0, "wal.1", {});
  EXPECT_EQ(restarts, 0);
  EXPECT_EQ(read, (Lsns{1, 2, 3}));
}

}  // namespace
}  // namespace seedbed::storage

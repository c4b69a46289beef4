#include "protocols/storage/format.h"

#include <gtest/gtest.h>

#include <vector>

#include "protocols/storage/crc32c.h"
#include "protocols/storage/files.h"
#include "protocols/storage/recovery.h"
#include "tests/random.h"

namespace seedbed::storage {
namespace {

Batch two_records() {
  Batch batch;
  batch.add(1, "hello");
  batch.add(7, "");
  return batch;
}

std::string encoded(const BatchHeader& header, const Batch& batch) {
  ByteWriter out;
  add_batch(out, header, batch);
  return out.take();
}

// The same bytes with the checksum that they should have.
std::string with_right_checksum(std::string bytes, size_t covered) {
  const uint32_t crc = crc32c(std::string_view(bytes).substr(4, covered - 4));
  for (size_t i = 0; i < 4; ++i) bytes[i] = static_cast<char>(crc >> (8 * i));
  return bytes;
}

TEST(Format, ComputesTheChecksumOfTheStandard) {
  EXPECT_EQ(crc32c("123456789"), 0xe3069283u);  // RFC 3720, B.4
  EXPECT_EQ(crc32c("6789", crc32c("12345")), crc32c("123456789"));
  std::string bytes;
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(crc32c_by_table(bytes, 7), crc32c(bytes, 7));
    bytes += static_cast<char>(i * 37);
  }
}

TEST(Format, ReturnsTheRecordsOfABatch) {
  const BatchHeader header{.previous = 3, .first_lsn = 9, .durable = 8, .salt = 77};
  const Batch batch = two_records();
  const std::string bytes = std::string(16, 'x') + encoded(header, batch);
  const auto found = read_batch(bytes, 16);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->header, header);
  EXPECT_EQ(found->size, batch.size_in_file());
  EXPECT_EQ(found->size % 8, 0u);
  EXPECT_EQ(found->last_lsn(), 10u);
  RecordReader reader(*found);
  const auto first = reader.next();
  const auto second = reader.next();
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->lsn, 9u);
  EXPECT_EQ(first->type, 1);
  EXPECT_EQ(first->payload, "hello");
  EXPECT_EQ(second->lsn, 10u);
  EXPECT_EQ(second->type, 7);
  EXPECT_EQ(second->payload, "");
  EXPECT_FALSE(reader.next().has_value());
}

TEST(Format, ReturnsHeadersAndCheckpoints) {
  const SegmentHeader header{.number = 3, .first_lsn = 40, .chain = 9, .salt = 5};
  ByteWriter out;
  add_segment_header(out, header);
  EXPECT_EQ(out.size(), kSegmentHeaderSize);
  EXPECT_EQ(read_segment_header(out.bytes()), header);

  const std::string file = encode_checkpoint(12, "state");
  const auto checkpoint = read_checkpoint(file);
  ASSERT_TRUE(checkpoint.has_value());
  EXPECT_EQ(checkpoint->lsn, 12u);
  EXPECT_EQ(checkpoint->state, "state");
  EXPECT_FALSE(read_checkpoint(file + "x").has_value());
}

TEST(Format, SeesEveryFlippedBitAndEveryMissingByte) {
  ByteWriter segment;
  add_segment_header(segment, {.number = 1, .first_lsn = 1, .chain = 2, .salt = 3});
  const std::string whole[] = {segment.take(), encoded({.first_lsn = 1}, two_records()),
                               encode_checkpoint(3, "abc")};
  for (const std::string& bytes : whole) {
    const auto reads = [](const std::string& file) {
      return read_segment_header(file) || read_batch(file, 0) || read_checkpoint(file);
    };
    ASSERT_TRUE(reads(bytes));
    for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
      std::string flipped = bytes;
      flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
      EXPECT_FALSE(reads(flipped)) << "bit " << bit;
    }
    for (size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_FALSE(reads(bytes.substr(0, size))) << "size " << size;
    }
  }
}

// Reads everything that can be read there; what is found must lie within the bytes.
void read_all(const std::string& bytes) {
  const auto within = [&](std::string_view part) {
    return part.empty() || (part.data() >= bytes.data() &&
                            part.data() + part.size() <= bytes.data() + bytes.size());
  };
  for (uint64_t at = 0; at <= bytes.size() + 9; ++at) {
    const auto batch = read_batch(bytes, at);
    if (!batch) continue;
    RecordReader reader(*batch);
    uint32_t count = 0;
    for (auto record = reader.next(); record; record = reader.next(), ++count) {
      EXPECT_TRUE(within(record->payload));
    }
    EXPECT_EQ(count, batch->record_count);
  }
  const auto checkpoint = read_checkpoint(bytes);
  EXPECT_TRUE(!checkpoint || within(checkpoint->state));
  (void)read_segment_header(bytes);
  const LogFiles files{.checkpoint = bytes, .segments = {{1, bytes}, {2, bytes}}};
  (void)find_log(files);
  (void)find_log({.checkpoint = {}, .segments = {{1, bytes}}});
}

TEST(Format, SurvivesAnyBytes) {
  Random random(1);
  for (int round = 0; round < 2000; ++round) read_all(random.bytes(random.below(200)));
}

// Damage of which the checksum says nothing: lengths and counts are not believed either.
TEST(Format, SurvivesAnyBytesWithTheRightChecksum) {
  Random random(2);
  uint64_t read = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = encoded({.previous = kFirstChain, .first_lsn = 1}, two_records());
    // Mostly in the counts and lengths.
    for (uint64_t i = 0; i <= random.below(3); ++i) {
      const size_t at = random.chance(700) ? 8 + random.below(8) : random.below(bytes.size());
      bytes[at] = static_cast<char>(random.chance(500) ? random.below(12) : random.below(256));
    }
    bytes = with_right_checksum(bytes, bytes.size());
    read += read_batch(bytes, 0) ? 1 : 0;
    read_all(bytes);
    ByteWriter segment;
    add_segment_header(segment, {.number = 1, .first_lsn = 1, .chain = kFirstChain, .salt = 3});
    std::string header = segment.take();
    header[8 + random.below(32)] = static_cast<char>(random.below(256));
    read_all(with_right_checksum(header, header.size()) + bytes);
    std::string checkpoint = encode_checkpoint(1, "x");
    checkpoint[8 + random.below(24)] = static_cast<char>(random.below(256));
    read_all(with_right_checksum(checkpoint, checkpoint.size()));
  }
  EXPECT_GT(read, 1000u);
}

TEST(FileNames, KnowASegmentByItsName) {
  const FileNames names("raft");
  EXPECT_EQ(names.segment(12), "raft/wal.12");
  EXPECT_EQ(names.segment_number("raft/wal.12"), 12u);
  EXPECT_EQ(FileNames("").segment(3), "wal.3");
  EXPECT_EQ(FileNames("").segment_number("wal.3"), 3u);
  for (const char* other :
       {"raft/wal.", "raft/wal.0", "raft/wal.01", "raft/wal.1x", "raft/wal.-1", "wal.1",
        "raft/checkpoint", "other/wal.1", "raft/wal.99999999999999999999"}) {
    EXPECT_FALSE(names.segment_number(other).has_value()) << other;
  }
}

}  // namespace
}  // namespace seedbed::storage

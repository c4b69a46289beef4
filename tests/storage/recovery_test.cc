// Recovery as a function of bytes: every subset of the sectors that a crash may leave, and damage
// everywhere.
#include "protocols/storage/recovery.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace seedbed::storage {
namespace {

constexpr uint64_t kSector = 512;

using Segments = std::map<uint64_t, std::string>;

// A piece of a write that the disk writes as a whole or not at all.
struct Piece {
  uint64_t segment = 0;
  uint64_t offset = 0;
  std::string bytes;
};

std::vector<Piece> split_at_sectors(Chunk& chunk) {
  std::vector<Piece> pieces;
  const std::string bytes = chunk.bytes.take();
  const uint64_t offset = chunk.offset();
  for (uint64_t at = offset; at < offset + bytes.size();) {
    const uint64_t end = std::min(offset + bytes.size(), (at / kSector + 1) * kSector);
    pieces.push_back({chunk.segment(), at, bytes.substr(at - offset, end - at)});
    at = end;
  }
  return pieces;
}

void write(Segments& segments, const Piece& piece) {
  std::string& file = segments[piece.segment];
  if (file.size() < piece.offset + piece.bytes.size()) {
    file.resize(piece.offset + piece.bytes.size());
  }
  file.replace(piece.offset, piece.bytes.size(), piece.bytes);
}

Found find(const Segments& segments, const std::string* checkpoint = nullptr) {
  LogFiles files;
  if (checkpoint != nullptr) files.checkpoint = *checkpoint;
  for (const auto& [number, bytes] : segments) files.segments[number] = bytes;
  return find_log(files);
}

Batch batch_of(const std::vector<size_t>& sizes) {
  Batch batch;
  for (const size_t size : sizes) batch.add(1, std::string(size, 'x'));
  return batch;
}

// Batches by the sizes of their records, one write each. With segments of 1,600 bytes they lie in
// three: {0, 1, 2}, {3}, {4, 5}.
const std::vector<std::vector<size_t>> kBatches = {{10, 700}, {0, 300}, {64}, {1400}, {200}, {30}};
constexpr uint64_t kSegmentBytes = 1600;

// The records through each batch.
std::vector<size_t> ends_of_batches() {
  std::vector<size_t> ends{0};
  for (const auto& batch : kBatches) ends.push_back(ends.back() + batch.size());
  return ends;
}

// The log with so many batches durable, and the one behind them on its way, in pieces.
struct Crash {
  Segments durable;
  std::vector<Piece> unsynced;

  Segments left(uint64_t survivors) const {
    Segments segments = durable;
    for (size_t i = 0; i < unsynced.size(); ++i) {
      if ((survivors >> i & 1) != 0) write(segments, unsynced[i]);
    }
    return segments;
  }
};

Crash crash_behind(size_t synced) {
  Encoder encoder({}, {.salt = 1, .segment_bytes = kSegmentBytes});
  Crash crash;
  for (size_t i = 0; i <= synced && i < kBatches.size(); ++i) {
    std::deque<Chunk> chunks;
    encoder.add(batch_of(kBatches[i]), chunks);
    for (const Piece& piece : split_at_sectors(chunks[0])) {
      if (i < synced) {
        write(crash.durable, piece);
      } else {
        crash.unsynced.push_back(piece);
      }
    }
    if (i < synced) encoder.durable_through(encoder.last());
  }
  return crash;
}

template <class Check>
void for_each_crash(Check check) {
  for (size_t synced = 0; synced <= kBatches.size(); ++synced) {
    const Crash crash = crash_behind(synced);
    for (uint64_t survivors = 0; survivors < 1ull << crash.unsynced.size(); ++survivors) {
      check(crash.left(survivors), synced);
    }
  }
}

TEST(Recovery, OfNoFilesIsAnEmptyLog) {
  const Found found = find({});
  EXPECT_EQ(found.end, Position{});
  EXPECT_TRUE(found.records.empty() && found.useless.empty());
  EXPECT_FALSE(found.torn || found.corrupt);
}

TEST(Recovery, FindsWhatWasSyncedAndAtMostOneWholeBatchMore) {
  const std::vector<size_t> ends = ends_of_batches();
  uint64_t checked = 0;
  for_each_crash([&](const Segments& segments, size_t synced) {
    const Found found = find(segments);
    ASSERT_FALSE(found.corrupt);
    const size_t count = found.records.size();
    const bool one_more = synced + 1 < ends.size() && count == ends[synced + 1];
    ASSERT_TRUE(count == ends[synced] || one_more) << count << " records";
    for (size_t i = 0; i < count; ++i) ASSERT_EQ(found.records[i].lsn, i + 1);
    ++checked;
  });
  EXPECT_GT(checked, 20u);
}

// Rule 1. Behind the end the lost batch is written anew, by another start; nothing else is read.
TEST(Recovery, NothingBehindATornPlaceComesBackToLife) {
  for_each_crash([&](const Segments& left, size_t synced) {
    Segments segments = left;
    const Found before = find(segments);
    if (synced == kBatches.size()) return;
    Encoder encoder(before.end, {.salt = 2, .segment_bytes = kSegmentBytes});
    std::deque<Chunk> chunks;
    encoder.add(batch_of(kBatches[synced]), chunks);
    for (const Piece& piece : split_at_sectors(chunks[0])) write(segments, piece);
    const Found after = find(segments);
    ASSERT_FALSE(after.corrupt);
    ASSERT_EQ(after.end.lsn, encoder.last());
  });
}

// Rule 2. Two batches were on their way, and the first is lost. It is written again.
TEST(Recovery, WithoutANewSaltALostBatchWrittenAgainWouldReviveItsSuccessor) {
  std::deque<Chunk> chunks;
  Encoder encoder({}, {.salt = 1, .segment_bytes = kSegmentBytes});
  encoder.add(batch_of({10}), chunks);
  const size_t first_batch = chunks[0].bytes.size();
  encoder.add(batch_of({20}), chunks);
  Segments segments{{1, chunks[0].bytes.take()}};
  segments[1].replace(kSegmentHeaderSize, first_batch - kSegmentHeaderSize,
                      first_batch - kSegmentHeaderSize, '\0');
  const Found lost = find(segments);
  ASSERT_TRUE(lost.records.empty());

  const auto records_with = [&](uint64_t salt) {
    std::deque<Chunk> again;
    Encoder other(lost.end, {.salt = salt, .segment_bytes = kSegmentBytes});
    other.add(batch_of({10}), again);
    Segments rewritten = segments;
    write(rewritten, {1, again[0].offset(), again[0].bytes.take()});
    return find(rewritten).records.size();
  };
  EXPECT_EQ(records_with(1), 2u);  // a ghost
  EXPECT_EQ(records_with(2), 1u);
}

TEST(Recovery, ABatchTakenBackDoesNotReviveItsSuccessorEither) {
  std::deque<Chunk> chunks;
  Encoder encoder({}, {.salt = 1, .segment_bytes = kSegmentBytes});
  encoder.add(batch_of({10}), chunks);
  encoder.add(batch_of({20}), chunks);
  const std::string refused = chunks[0].bytes.take();
  encoder.take_back({});
  EXPECT_EQ(encoder.last(), 0u);
  chunks.clear();
  encoder.add(batch_of({10}), chunks);
  // A disk that kept what it refused.
  Segments segments{{1, refused}};
  write(segments, {1, 0, chunks[0].bytes.take()});
  EXPECT_EQ(find(segments).records.size(), 1u);
}

// Rule 3. The end of the last batch but one is where damage begins to look like a torn end.
TEST(Recovery, RefusesDamageToWhatAnythingLaterKnewToBeDurable) {
  const Crash crash = crash_behind(kBatches.size());
  const Segments whole = crash.durable;
  ASSERT_EQ(whole.size(), 3u);
  Batch last = batch_of(kBatches.back());
  const uint64_t last_batch = whole.at(3).size() - last.size_in_file();
  for (const auto& [number, bytes] : whole) {
    for (uint64_t at = 0; at < bytes.size(); ++at) {
      Segments damaged = whole;
      damaged[number][at] = static_cast<char>(damaged[number][at] ^ 0x10);
      const Found found = find(damaged);
      const bool testified = number < 3 || at < last_batch;
      EXPECT_EQ(found.corrupt, testified) << "segment " << number << " byte " << at;
    }
  }
}

TEST(Recovery, RefusesAMissingSegment) {
  const Segments whole = crash_behind(kBatches.size()).durable;
  for (const uint64_t missing : {1, 2}) {
    Segments segments = whole;
    segments.erase(missing);
    EXPECT_TRUE(find(segments).corrupt) << "segment " << missing;
  }
}

// The beginning of a segment says that all segments before it were synced.
TEST(Recovery, RefusesDamageOfWhichOnlyTheHeaderOfALaterSegmentKnows) {
  Segments segments = crash_behind(kBatches.size()).durable;
  segments[2][kSegmentHeaderSize + 50] ^= 1;  // its only batch
  segments[3].resize(kSegmentHeaderSize);
  EXPECT_TRUE(find(segments).corrupt);
  segments[3].resize(kSegmentHeaderSize - 1);  // a crash cut it short
  EXPECT_FALSE(find(segments).corrupt);
}

TEST(Recovery, RefusesASegmentOfAnotherLog) {
  const Segments whole = crash_behind(kBatches.size()).durable;
  Encoder encoder({}, {.salt = 99, .segment_bytes = kSegmentBytes});
  std::deque<Chunk> chunks;
  for (const auto& sizes : kBatches) encoder.add(batch_of(sizes), chunks);
  ASSERT_EQ(chunks[1].segment(), 2u);
  Segments segments = whole;
  segments[2] = chunks[1].bytes.take();  // the same numbers, behind another beginning
  EXPECT_TRUE(find(segments).corrupt);
}

TEST(Recovery, ReadsASegmentUnderItsOwnNameOnly) {
  Segments segments = crash_behind(kBatches.size()).durable;
  segments[4] = segments[3];
  segments.erase(3);
  EXPECT_TRUE(find(segments).corrupt);
  EXPECT_EQ(first_segment({.checkpoint = {}, .segments = {{7, segments[1]}}}, 0), 0u);
}

TEST(LogReader, EntersASegmentOfThatNumberThatContinuesTheLog) {
  const auto header = [](uint64_t number, Lsn first_lsn, uint32_t chain) {
    ByteWriter out;
    add_segment_header(out, {.number = number, .first_lsn = first_lsn, .chain = chain, .salt = 1});
    return out.take();
  };
  LogReader reader;
  EXPECT_FALSE(reader.enter(2, header(3, 10, 5)));
  EXPECT_TRUE(reader.enter(3, header(3, 10, 5)));  // the first: wherever the log begins
  EXPECT_EQ(reader.end().lsn, 9u);
  EXPECT_FALSE(reader.enter(5, header(5, 10, 5)));
  EXPECT_FALSE(reader.enter(4, header(4, 11, 5)));
  EXPECT_FALSE(reader.enter(4, header(4, 10, 6)));
  EXPECT_FALSE(reader.enter(4, header(9, 10, 5)));
  EXPECT_TRUE(reader.enter(4, header(4, 10, 5)));
}

TEST(Recovery, BeginsBehindTheCheckpointAndNamesWhatItCovers) {
  const Segments whole = crash_behind(kBatches.size()).durable;
  const std::vector<size_t> ends = ends_of_batches();
  for (Lsn covered = 0; covered <= ends.back(); ++covered) {
    const std::string checkpoint = encode_checkpoint(covered, "state");
    const Found found = find(whole, &checkpoint);
    ASSERT_FALSE(found.corrupt);
    EXPECT_EQ(found.checkpoint->state, "state");
    EXPECT_EQ(found.records.size(), ends.back() - covered);
    EXPECT_TRUE(found.records.empty() || found.records[0].lsn == covered + 1);
    const size_t useless = covered >= ends[4] ? 2 : covered >= ends[3] ? 1 : 0;
    EXPECT_EQ(found.useless.size(), useless) << covered;
    // What is useless may be gone, or damaged.
    Segments fewer = whole;
    for (const uint64_t number : found.useless) {
      fewer[number][5] ^= 1;
      EXPECT_FALSE(find(fewer, &checkpoint).corrupt);
      fewer.erase(number);
      EXPECT_FALSE(find(fewer, &checkpoint).corrupt);
    }
    EXPECT_EQ(find(fewer, &checkpoint).records.size(), found.records.size());
  }
}

TEST(Recovery, RefusesADamagedCheckpointAndALogThatEndsBeforeIt) {
  const Segments whole = crash_behind(kBatches.size()).durable;
  std::string checkpoint = encode_checkpoint(2, "state");
  checkpoint.back() ^= 1;
  EXPECT_TRUE(find(whole, &checkpoint).corrupt);

  checkpoint = encode_checkpoint(ends_of_batches().back() + 1, "state");
  EXPECT_TRUE(find(whole, &checkpoint).corrupt);
  EXPECT_TRUE(find({}, &checkpoint).corrupt);
}

TEST(Recovery, GivesUpASegmentThatACrashCutShortWhenItWasMade) {
  const Crash crash = crash_behind(3);  // the next batch begins a segment
  Segments segments = crash.durable;
  for (const std::string& beginning :
       {std::string(), std::string(100, '\0'), crash.unsynced[0].bytes.substr(0, 20)}) {
    segments[2] = beginning;
    const Found found = find(segments);
    EXPECT_FALSE(found.corrupt || found.torn);
    EXPECT_EQ(found.useless, std::vector<uint64_t>{2});
    EXPECT_EQ(found.end.segment, 1u);
  }
}

}  // namespace
}  // namespace seedbed::storage

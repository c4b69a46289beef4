#include "protocols/raft/wal.h"

#include <gtest/gtest.h>

#include <map>

#include "protocols/raft/wal_follower.h"
#include "protocols/storage/encoder.h"
#include "tests/raft/disk_events.h"
#include "tests/random.h"

namespace seedbed::raft {
namespace {

Entry entry(LogIndex index, uint64_t term, size_t size) {
  return {.index = index,
          .term = Term{term},
          .data = std::string(size, static_cast<char>('a' + index))};
}

// A short life of a server: elections, small and large entries, a conflict.
std::vector<Write> some_writes() {
  std::vector<Write> writes(5);
  writes[0].hard_state = HardState{Term{1}, NodeId{2}};
  writes[0].entries = {entry(1, 1, 10), entry(2, 1, 700)};
  writes[1].entries = {entry(3, 1, 0), entry(4, 1, 300)};
  writes[2].hard_state = HardState{Term{3}, std::nullopt};
  writes[2].truncate_from = 3;
  writes[2].entries = {entry(3, 3, 900)};
  writes[3].hard_state = HardState{Term{4}, NodeId{1}};
  writes[4].entries = {entry(4, 4, 200), entry(5, 4, 64)};
  return writes;
}

// What the log holds after each of `writes`; the first state is the empty one.
std::vector<Persisted> states_after_each(const std::vector<Write>& writes) {
  std::vector<Persisted> states(1);
  for (const Write& write : writes) {
    Persisted& state = states.emplace_back(states.back());
    if (write.hard_state) state.hard_state = *write.hard_state;
    if (write.truncate_from) state.entries.resize(*write.truncate_from - 1);
    for (const Entry& e : write.entries) state.entries.push_back(e);
  }
  return states;
}

struct Bytes {
  uint8_t type = 0;
  std::string payload;
};

std::vector<Bytes> records_of(const Write& write) {
  storage::Batch batch;
  add_records(batch, write);
  ByteWriter out;
  add_batch(out, {.first_lsn = 1}, batch);
  std::vector<Bytes> records;
  storage::RecordReader reader(*storage::read_batch(out.bytes(), 0));
  while (const auto record = reader.next()) {
    records.push_back({record->type, std::string(record->payload)});
  }
  return records;
}

TEST(Wal, ReturnsWhatWasWritten) {
  const std::vector<Write> writes = some_writes();
  const std::vector<Persisted> states = states_after_each(writes);
  WalContents contents;
  for (size_t i = 0; i < writes.size(); ++i) {
    for (const Bytes& record : records_of(writes[i])) {
      EXPECT_TRUE(contents.take(record.type, record.payload));
    }
    EXPECT_EQ(contents.persisted(), states[i + 1]);
  }
}

TEST(Wal, RefusesWhatDoesNotContinueTheLog) {
  WalContents contents;
  const auto takes = [&](const Write& write) {
    const Bytes record = records_of(write).at(0);
    return contents.take(record.type, record.payload);
  };
  EXPECT_FALSE(takes({.entries = {entry(2, 1, 5)}}));
  EXPECT_TRUE(takes({.entries = {entry(1, 1, 5)}}));
  EXPECT_FALSE(takes({.entries = {entry(1, 1, 5)}}));
  EXPECT_FALSE(takes({.truncate_from = 3}));
  EXPECT_FALSE(takes({.truncate_from = 0}));
  EXPECT_TRUE(takes({.truncate_from = 2}));
  EXPECT_EQ(contents.persisted().entries.size(), 1u);
}

TEST(Wal, SurvivesAnyRecord) {
  Random random(3);
  uint64_t read = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string payload;
    for (uint64_t size = random.below(24); size > 0; --size) {
      payload += static_cast<char>(random.below(4));
    }
    const auto type = static_cast<uint8_t>(random.below(5));
    read += decode_record(type, payload) ? 1 : 0;
  }
  EXPECT_GT(read, 100u);
}

TEST(WalFollower, SeesWhatRecoveryWouldFindAfterEveryDurablePiece) {
  const std::vector<Persisted> states = states_after_each(some_writes());
  Random random(7);
  for (int round = 0; round < 200; ++round) {
    DiskEvents disk(NodeId{1});
    WalFollower follower;
    DurableImage image;
    uint64_t rescans = 0;
    const std::vector<TraceEvent> events = disk.in_pieces(some_writes(), random);
    for (const TraceEvent& event : events) {
      image.apply(event);
      follower.look(image);
      image.settle();
      rescans = follower.rescans();
      const storage::Found found =
          storage::find_log(image, storage::FileNames(std::string(kWalDirectory)));
      WalContents contents;
      for (const auto& record : found.records) contents.take(record.type, record.payload);
      ASSERT_EQ(follower.hard_state(), contents.persisted().hard_state);
      ASSERT_EQ(follower.last().index, contents.persisted().entries.size());
      for (const Entry& e : contents.persisted().entries) ASSERT_TRUE(follower.holds(e.id()));
    }
    EXPECT_EQ(rescans, 0u);
    EXPECT_EQ(follower.last(), states.back().entries.back().id());
  }
}

TEST(WalFollower, ForgetsWhatIsCutOffAndReadsOnBehindIt) {
  const std::vector<Write> writes = some_writes();
  DiskEvents disk(NodeId{1});
  WalFollower follower;
  DurableImage image;
  const auto follow = [&](const std::vector<TraceEvent>& events) {
    for (const TraceEvent& event : events) {
      image.apply(event);
      follower.look(image);
      image.settle();
    }
  };
  follow(disk.append(writes[0]));
  const storage::Position before = disk.end();
  follow(disk.append(writes[1]));
  EXPECT_TRUE(follower.holds({4, Term{1}}));

  follow(disk.cut(before.offset + 40));
  EXPECT_EQ(follower.last(), (EntryId{2, Term{1}}));
  EXPECT_EQ(follower.rescans(), 1u);

  disk.restart(before);
  follow(disk.append(writes[2]));
  EXPECT_EQ(follower.last(), (EntryId{3, Term{3}}));
  EXPECT_EQ(follower.hard_state(), (HardState{Term{3}, std::nullopt}));
}

}  // namespace
}  // namespace seedbed::raft

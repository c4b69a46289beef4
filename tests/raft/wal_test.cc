#include "protocols/raft/wal.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "protocols/raft/wal_follower.h"
#include "tests/raft/random.h"

namespace seedbed::raft {
namespace {

constexpr uint64_t kSector = 512;

// A piece of a write that the disk writes as a whole or not at all.
struct Piece {
  uint64_t offset = 0;
  std::string bytes;
};

std::vector<Piece> split_at_sectors(const WalChunk& chunk) {
  std::vector<Piece> pieces;
  for (uint64_t at = chunk.offset; at < chunk.end();) {
    const uint64_t end = std::min(chunk.end(), (at / kSector + 1) * kSector);
    pieces.push_back({at, chunk.bytes.substr(at - chunk.offset, end - at)});
    at = end;
  }
  return pieces;
}

void write_at(std::string& file, const Piece& piece) {
  if (file.size() < piece.offset + piece.bytes.size()) {
    file.resize(piece.offset + piece.bytes.size());
  }
  file.replace(piece.offset, piece.bytes.size(), piece.bytes);
}

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

// What the log holds after each record of `writes`, in order; the first state is the empty one.
std::vector<Persisted> states_after_each_record(const std::vector<Write>& writes) {
  std::vector<Persisted> states(1);
  for (const Write& write : writes) {
    Persisted state = states.back();
    if (write.hard_state) {
      state.hard_state = *write.hard_state;
      states.push_back(state);
    }
    if (write.truncate_from) {
      state.entries.resize(*write.truncate_from - 1);
      states.push_back(state);
    }
    for (const Entry& e : write.entries) {
      state.entries.push_back(e);
      states.push_back(state);
    }
  }
  return states;
}

// The records of some_writes(), written one write after the other; `synced` of them are durable,
// the rest is in pieces.
struct Crash {
  std::string durable;
  std::vector<Piece> unsynced;
  size_t synced_records = 0;

  // The file if just the pieces named by the bits of `survivors` reached the disk.
  std::string file(uint64_t survivors) const {
    std::string file = durable;
    for (size_t i = 0; i < unsynced.size(); ++i) {
      if ((survivors >> i & 1) != 0) write_at(file, unsynced[i]);
    }
    return file;
  }
};

Crash crash_after(size_t submitted, size_t synced) {
  const std::vector<Write> writes = some_writes();
  WalEncoder encoder({}, 1);
  Crash crash;
  for (size_t i = 0; i < submitted; ++i) {
    const WalChunk chunk = encoder.encode(writes[i]);
    if (i < synced) {
      write_at(crash.durable, {chunk.offset, chunk.bytes});
      encoder.durable_through(chunk.end());
    } else {
      for (Piece& piece : split_at_sectors(chunk)) crash.unsynced.push_back(std::move(piece));
    }
  }
  const std::vector<Write> durable(writes.begin(), writes.begin() + static_cast<ptrdiff_t>(synced));
  crash.synced_records = states_after_each_record(durable).size() - 1;
  return crash;
}

template <class Check>
void for_each_crash(Check check) {
  for (size_t submitted = 0; submitted <= some_writes().size(); ++submitted) {
    for (size_t synced = 0; synced <= submitted; ++synced) {
      const Crash crash = crash_after(submitted, synced);
      ASSERT_LE(crash.unsynced.size(), 14u);
      for (uint64_t survivors = 0; survivors < 1ull << crash.unsynced.size(); ++survivors) {
        check(crash, survivors);
      }
    }
  }
}

TEST(Wal, ReturnsWhatWasWritten) {
  const std::vector<Write> writes = some_writes();
  const Crash crash = crash_after(writes.size(), writes.size());
  const WalRecovery found = recover_wal(crash.durable);
  EXPECT_EQ(found.contents, states_after_each_record(writes).back());
  EXPECT_EQ(found.end.offset, crash.durable.size());
  EXPECT_FALSE(found.torn);
  EXPECT_FALSE(found.corrupt);
}

TEST(Wal, AnEmptyFileIsAnEmptyLog) {
  const WalRecovery found = recover_wal("");
  EXPECT_EQ(found.contents, Persisted{});
  EXPECT_FALSE(found.torn || found.corrupt);
}

TEST(Wal, KeepsAPrefixWithAllThatWasSyncedWhateverSectorsACrashTakes) {
  const std::vector<Persisted> states = states_after_each_record(some_writes());
  uint64_t checked = 0;
  for_each_crash([&](const Crash& crash, uint64_t survivors) {
    const WalRecovery found = recover_wal(crash.file(survivors));
    ASSERT_FALSE(found.corrupt);
    const auto first = states.begin() + static_cast<ptrdiff_t>(crash.synced_records);
    ASSERT_NE(std::find(first, states.end(), found.contents), states.end());
    ++checked;
  });
  EXPECT_GT(checked, 1000u);
}

// After a crash the server goes on from what it recovered, here without cutting off what is behind.
TEST(Wal, NothingBehindATornPlaceComesBackToLife) {
  for_each_crash([&](const Crash& crash, uint64_t survivors) {
    std::string file = crash.file(survivors);
    const WalRecovery before = recover_wal(file);
    // The new write repeats the very first one that is lost, as a leader's retry would make it.
    for (const Write& write : some_writes()) {
      const bool follows = write.entries.empty() || write.truncate_from ||
                           write.entries[0].index == before.contents.entries.size() + 1;
      if (!follows || write.truncate_from.value_or(1) > before.contents.entries.size() + 1)
        continue;
      WalEncoder encoder(before.end, 2);
      const WalChunk chunk = encoder.encode(write);
      std::string again = file;
      write_at(again, {chunk.offset, chunk.bytes});
      const WalRecovery after = recover_wal(again);
      ASSERT_FALSE(after.corrupt);
      ASSERT_EQ(after.end.offset, chunk.end());
    }
  });
}

TEST(Wal, WithoutANewSaltALostBatchWrittenAgainWouldReviveItsSuccessor) {
  const Crash crash = crash_after(2, 0);
  std::string file = crash.file(~0ull);
  const WalChunk first = WalEncoder({}, 1).encode(some_writes()[0]);
  file.replace(0, first.bytes.size(), first.bytes.size(), '\0');  // the first batch is lost
  ASSERT_TRUE(recover_wal(file).contents.entries.empty());

  std::string same_salt = file;
  write_at(same_salt, {0, first.bytes});
  EXPECT_EQ(recover_wal(same_salt).contents.entries.size(), 4u);

  std::string new_salt = file;
  write_at(new_salt, {0, WalEncoder({}, 2).encode(some_writes()[0]).bytes});
  EXPECT_EQ(recover_wal(new_salt).contents.entries.size(), 2u);
}

TEST(Wal, RefusesDamageToWhatALaterBatchKnewToBeDurable) {
  const std::vector<Write> writes = some_writes();
  WalEncoder encoder({}, 1);
  std::string file;
  uint64_t last_batch = 0;
  for (const Write& write : writes) {
    const WalChunk chunk = encoder.encode(write);
    last_batch = chunk.offset;
    file += chunk.bytes;
    encoder.durable_through(chunk.end());
  }
  for (uint64_t at = 0; at < file.size(); ++at) {
    std::string damaged = file;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    const WalRecovery found = recover_wal(damaged);
    EXPECT_EQ(found.corrupt, at < last_batch) << "bit flipped at " << at;
    EXPECT_TRUE(found.torn);
  }
}

TEST(WalFollower, SeesWhatRecoveryWouldFindAfterEveryDurablePiece) {
  Random random(7);
  for (int round = 0; round < 200; ++round) {
    std::vector<Piece> pieces = crash_after(some_writes().size(), 0).unsynced;
    WalFollower follower;
    std::string file;
    while (!pieces.empty()) {
      const auto which = pieces.begin() + static_cast<ptrdiff_t>(random.below(pieces.size()));
      write_at(file, *which);
      follower.write(which->offset, which->bytes);
      pieces.erase(which);
      const WalRecovery found = recover_wal(file);
      ASSERT_EQ(follower.valid_size(), found.end.offset);
      ASSERT_EQ(follower.hard_state(), found.contents.hard_state);
      ASSERT_EQ(follower.last().index, found.contents.entries.size());
      for (const Entry& e : found.contents.entries) ASSERT_TRUE(follower.holds(e.id()));
    }
    EXPECT_EQ(follower.rescans(), 0u);
  }
}

TEST(WalFollower, ForgetsWhatIsCutOffAndReadsOnBehindIt) {
  const std::vector<Write> writes = some_writes();
  WalEncoder encoder({}, 1);
  WalFollower follower;
  const WalChunk first = encoder.encode(writes[0]);
  const WalChunk second = encoder.encode(writes[1]);
  follower.write(first.offset, first.bytes);
  follower.write(second.offset, second.bytes);
  EXPECT_TRUE(follower.holds({4, Term{1}}));

  follower.truncate(second.offset + 40);
  EXPECT_EQ(follower.last(), (EntryId{2, Term{1}}));
  EXPECT_EQ(follower.rescans(), 1u);

  const WalRecovery found = recover_wal(first.bytes);
  const WalChunk other = WalEncoder(found.end, 2).encode(writes[2]);
  follower.write(other.offset, other.bytes);
  EXPECT_EQ(follower.last(), (EntryId{3, Term{3}}));
  EXPECT_EQ(follower.hard_state(), (HardState{Term{3}, std::nullopt}));
}

}  // namespace
}  // namespace seedbed::raft

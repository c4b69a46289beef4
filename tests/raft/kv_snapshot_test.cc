#include <gtest/gtest.h>

#include "protocols/raft/kv.h"
#include "protocols/storage/crc32c.h"
#include "sim/core/bytes.h"
#include "tests/raft/random_log.h"

namespace seedbed::raft {
namespace {

constexpr KvLimits kSmall{
    .sessions = 3, .replies_per_session = 4, .session_timeout = 100ms, .value_bytes = 12};

KvStateMachine machine() { return KvStateMachine(KvRules(), kSmall); }

KvStateMachine after(uint64_t seed, int entries) {
  RandomLog log(seed);
  KvStateMachine kv = machine();
  for (int i = 0; i < entries; ++i) kv.apply(log.next());
  return kv;
}

// A machine that was never snapshotted, and one that is thrown away and restored every now and
// then.
TEST(KvSnapshot, AMachineThatIsRestoredGoesOnAsIfNothingHadHappened) {
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    Random random(seed);
    RandomLog log(seed);
    KvStateMachine lasting = machine();
    KvStateMachine restored = machine();
    for (int i = 0; i < 400; ++i) {
      if (random.chance(50)) {
        const std::string bytes = restored.snapshot();
        restored = machine();
        ASSERT_TRUE(restored.restore(bytes));
      }
      const Entry entry = log.next();
      const Applied expected = lasting.apply(entry);
      const Applied found = restored.apply(entry);
      ASSERT_EQ(found.result, expected.result) << "seed " << seed << " entry " << entry.index;
      ASSERT_EQ(found.executed, expected.executed);
      ASSERT_EQ(found.state_hash, expected.state_hash);
      ASSERT_EQ(restored, lasting);
      ASSERT_EQ(restored.last_applied(), lasting.last_applied());
    }
    EXPECT_EQ(restored.snapshot(), lasting.snapshot());
  }
}

TEST(KvSnapshot, KeepsSessionsWithTheirReplies) {
  KvStateMachine kv = machine();
  kv.apply({.index = 1, .term = Term{1}, .data = stamp({}, encode(RegisterClient{}))});
  const Request append{1, 1, 1, Append{"k", "a"}};
  const Applied first = kv.apply({.index = 2, .term = Term{1}, .data = stamp({}, encode(append))});
  KvStateMachine other = machine();
  ASSERT_TRUE(other.restore(kv.snapshot()));
  EXPECT_EQ(other.value("k"), "a");
  const Applied again =
      other.apply({.index = 3, .term = Term{2}, .data = stamp({}, encode(append))});
  EXPECT_FALSE(again.executed);
  EXPECT_EQ(again.result, first.result);
}

TEST(KvSnapshot, B05ForgetsWhoItsClientsAre) {
  KvStateMachine kv(KvRules(Mutant::kRsmB05), kSmall);
  kv.apply({.index = 1, .term = Term{1}, .data = stamp({}, encode(RegisterClient{}))});
  const Request append{1, 1, 1, Append{"k", "a"}};
  kv.apply({.index = 2, .term = Term{1}, .data = stamp({}, encode(append))});
  KvStateMachine other = machine();
  ASSERT_TRUE(other.restore(kv.snapshot()));
  EXPECT_EQ(other.value("k"), "a");
  EXPECT_EQ(other.sessions(), 0u);
  EXPECT_NE(other.state_hash(), kv.state_hash());
}

TEST(KvSnapshot, IsTheSameForTheSameStateHoweverTheTableCameToIt) {
  // Tables that grew through other keys hold theirs in other places.
  KvStateMachine kv = after(1, 300);
  KvStateMachine copy = machine();
  ASSERT_TRUE(copy.restore(kv.snapshot()));
  EXPECT_EQ(copy.snapshot(), kv.snapshot());
}

TEST(KvSnapshot, DiffersWhenTheStateDoes) {
  const KvStateMachine kv = after(1, 300);
  for (uint64_t seed = 2; seed < 20; ++seed) {
    EXPECT_NE(after(seed, 300).snapshot(), kv.snapshot());
  }
  EXPECT_NE(after(1, 301).snapshot(), kv.snapshot());
}

TEST(KvSnapshot, DoesNotDependOnTheLimits) {
  const std::string bytes = after(1, 300).snapshot();
  KvStateMachine generous(KvRules(), KvLimits{});
  ASSERT_TRUE(generous.restore(bytes));
  EXPECT_EQ(generous.snapshot(), bytes);
}

TEST(KvSnapshot, OfANewMachineIsOneToo) {
  KvStateMachine kv = after(1, 300);
  ASSERT_TRUE(kv.restore(machine().snapshot()));
  EXPECT_EQ(kv, machine());
}

TEST(KvSnapshot, BytesThatWereCutOffOrAlteredAreRefusedAndChangeNothing) {
  const KvStateMachine kv = after(3, 300);
  const std::string bytes = kv.snapshot();
  KvStateMachine other = after(4, 100);
  const KvStateMachine before = other;
  for (size_t size = 0; size < bytes.size(); ++size) {
    ASSERT_FALSE(other.restore(std::string_view(bytes).substr(0, size)));
  }
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string altered = bytes;
    altered[bit / 8] = static_cast<char>(altered[bit / 8] ^ (1 << (bit % 8)));
    ASSERT_FALSE(other.restore(altered)) << "bit " << bit;
  }
  ASSERT_FALSE(other.restore(bytes + "x"));
  EXPECT_EQ(other, before);
}

// What a checksum cannot tell: bytes of somebody who knows how to compute one.
TEST(KvSnapshot, WhatHasARightChecksumButCouldNotBeWrittenIsRefused) {
  const std::string bytes = after(3, 300).snapshot();
  const std::string body = bytes.substr(0, bytes.size() - 4);
  Random random(1);
  uint64_t taken = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string altered = body;
    for (uint64_t left = 1 + random.below(3); left > 0; --left) {
      altered[random.below(altered.size())] = static_cast<char>(random.below(256));
    }
    if (random.chance(100)) altered.resize(random.below(altered.size()));
    ByteWriter sum;
    sum.u32(storage::crc32c(altered));
    altered += sum.bytes();
    KvStateMachine other = machine();
    if (!other.restore(altered)) continue;
    ++taken;
    ASSERT_EQ(other.snapshot(), altered);  // a state that could be, then, and its only bytes
  }
  EXPECT_GT(taken, 100u);
  EXPECT_LT(taken, 20'000u);
}

}  // namespace
}  // namespace seedbed::raft

// Versions of the state machine: what an earlier release wrote must be read for ever, and what a
// later one writes must not be taken for something else.
#include "protocols/raft/kv_version.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "protocols/raft/kv.h"
#include "tests/raft/random_log.h"

namespace seedbed::raft {
namespace {

constexpr KvLimits kLimits{.sessions = 3, .session_timeout = 100ms};
// A cluster that began with version 1, and servers of either release.
constexpr KvVersions kRelease1{.founded = KvVersion::k1, .known = KvVersion::k1};
constexpr KvVersions kRelease2{.founded = KvVersion::k1, .known = KvVersion::k2};

class Machine {
 public:
  explicit Machine(KvVersions versions, Mutant mutant = Mutant::kNone)
      : kv(KvRules(mutant), kLimits, 0, versions) {}

  Applied apply(const Command& command) { return apply_stamped(time, command); }
  Applied apply_stamped(std::optional<LogTime> at, const Command& command) {
    return kv.apply(
        {.index = kv.last_applied() + 1, .term = Term{1}, .data = stamp(at, encode(command))});
  }
  Applied append(uint64_t sequence, std::string suffix) {
    return apply(Request{1, sequence, 0, Append{"k", std::move(suffix)}});
  }

  KvStateMachine kv;
  std::optional<LogTime> time;
};

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) text += fmt::format("{:02x}", static_cast<uint8_t>(byte));
  return text;
}

TEST(KvVersion, EntriesWithoutTimeAreThoseOfVersion1) {
  const Command command = KeepAlive{7};
  const std::string bytes = stamp(std::nullopt, encode(command));
  EXPECT_EQ(hex(bytes),
            "ffffffffffffffff"
            "ff"
            "0700000000000000");
  EXPECT_EQ(decode_stamped(bytes), (Stamped{std::nullopt, command}));
  EXPECT_EQ(hex(stamp(LogTime(258ns), encode(Activate{KvVersion::k2}))),
            "0201000000000000"
            "fe"
            "0200000000000000");
}

TEST(KvVersion, ReleasesMakeTheSameOfALogOfVersion1) {
  Machine earlier(kRelease1);
  Machine later(kRelease2);
  for (Machine* m : {&earlier, &later}) {
    m->apply(RegisterClient{});
    const Applied applied = m->append(1, "x");
    EXPECT_EQ(applied.result.value, "");  // version 1 answers that it was done, and no more
    EXPECT_EQ(m->apply(KeepAlive{1}).result.status, KvStatus::kBadCommand);
    EXPECT_EQ(m->kv.version(), KvVersion::k1);
  }
  EXPECT_EQ(earlier.kv.state_hash(), later.kv.state_hash());
  EXPECT_EQ(earlier.kv.snapshot(), later.kv.snapshot());
}

TEST(KvVersion, B08GoesByWhatItsOwnReleaseDoes) {
  Machine earlier(kRelease1, Mutant::kRsmB08);
  Machine later(kRelease2, Mutant::kRsmB08);
  for (Machine* m : {&earlier, &later}) {
    m->apply(RegisterClient{});
    m->append(1, "x");
  }
  EXPECT_NE(earlier.kv.state_hash(), later.kv.state_hash());
}

TEST(KvVersion, IsInForceFromAnEntryOn) {
  Machine m(kRelease2);
  m.apply(RegisterClient{});
  EXPECT_EQ(m.append(1, "x").result.value, "");
  EXPECT_TRUE(m.apply(Activate{KvVersion::k2}).executed);
  EXPECT_EQ(m.kv.version(), KvVersion::k2);
  EXPECT_EQ(m.append(2, "y").result.value, "xy");
  EXPECT_EQ(m.apply(KeepAlive{1}).result.status, KvStatus::kOk);
  m.apply(Activate{KvVersion::k1});  // of a leader that did not know
  EXPECT_EQ(m.kv.version(), KvVersion::k2);
}

// Time begins with version 2, and nobody has been silent before there was any.
TEST(KvVersion, SessionsEndByTimeOnceThereIsTime) {
  Machine m(kRelease2);
  m.apply(RegisterClient{});
  m.append(1, "x");
  m.apply(Activate{KvVersion::k2});
  m.time = LogTime(99ms);
  EXPECT_EQ(m.append(2, "y").result.status, KvStatus::kOk);
  m.time = LogTime(200ms);
  EXPECT_EQ(m.append(3, "z").result.status, KvStatus::kExpiredSession);
  // A leader that has not come to the entry yet writes no time. That is no time.
  m.time = std::nullopt;
  m.apply(RegisterClient{});
  EXPECT_EQ(m.kv.time(), LogTime(200ms));
}

TEST(KvVersion, AServerThatDoesNotKnowItSaysSo) {
  Machine m(kRelease1);
  const Applied applied = m.apply(Activate{KvVersion::k2});
  EXPECT_TRUE(applied.beyond);
  EXPECT_FALSE(applied.executed);
  EXPECT_FALSE(m.apply(RegisterClient{}).beyond);
  EXPECT_TRUE(m.apply(Activate{KvVersion{77}}).beyond);
}

TEST(KvVersion, ASnapshotIsOfTheVersionInForce) {
  Machine m(kRelease2);
  m.apply(RegisterClient{});
  m.append(1, "x");
  const std::string first = m.kv.snapshot();
  m.apply(Activate{KvVersion::k2});
  m.time = LogTime(5ms);
  m.append(2, "y");
  const std::string second = m.kv.snapshot();

  Machine earlier(kRelease1);
  EXPECT_FALSE(earlier.kv.is_beyond(first));
  ASSERT_TRUE(earlier.kv.restore(first));
  EXPECT_EQ(earlier.kv.snapshot(), first);
  EXPECT_TRUE(earlier.kv.is_beyond(second));
  EXPECT_FALSE(earlier.kv.restore(second));
  EXPECT_EQ(earlier.kv.snapshot(), first);

  Machine later(kRelease2);
  ASSERT_TRUE(later.kv.restore(first));
  EXPECT_EQ(later.kv.version(), KvVersion::k1);
  ASSERT_TRUE(later.kv.restore(second));
  EXPECT_EQ(later.kv.version(), KvVersion::k2);
  EXPECT_EQ(later.kv, m.kv);
}

// What stands on the disks of servers that were written to long ago.
TEST(KvVersion, SnapshotsOfBothVersionsKeepTheirBytes) {
  Machine m(kRelease2);
  m.apply(RegisterClient{});
  m.append(1, "x");
  const std::string first = m.kv.snapshot();
  EXPECT_EQ(hex(first).substr(0, 32),
            "4b56534d"
            "01000000"
            "0200000000000000");
  m.apply(Activate{KvVersion::k2});
  const std::string second = m.kv.snapshot();
  EXPECT_EQ(hex(second).substr(0, 48),
            "4b56534d"
            "02000000"
            "0300000000000000"
            "0000000000000000");
  EXPECT_EQ(second.size(), first.size() + 2 * sizeof(uint64_t));  // the log's time, the session's
  EXPECT_FALSE(m.kv.is_beyond(""));
  EXPECT_FALSE(m.kv.is_beyond(std::string(100, 'x')));
}

}  // namespace
}  // namespace seedbed::raft

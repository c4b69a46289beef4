#include "protocols/raft/kv.h"

#include <gtest/gtest.h>

#include "sim/core/check.h"

namespace seedbed::raft {
namespace {

// A machine and the log it is fed from.
class Machine {
 public:
  explicit Machine(Mutant mutant = Mutant::kNone, KvLimits limits = {})
      : kv_(KvRules(mutant), limits) {}

  Applied apply(const Command& command) { return apply_bytes(stamp(time, encode(command))); }
  Applied apply_bytes(std::string bytes) {
    return kv_.apply({.index = kv_.last_applied() + 1, .term = Term{1}, .data = std::move(bytes)});
  }
  uint64_t open() { return apply(RegisterClient{}).result.session; }
  Applied call(uint64_t session, uint64_t sequence, KvOperation operation,
               uint64_t lowest_unanswered = 0) {
    return apply(Request{session, sequence, lowest_unanswered, std::move(operation)});
  }
  KvStateMachine& kv() { return kv_; }

  LogTime time{};  // that the leader writes

 private:
  KvStateMachine kv_;
};

TEST(Command, DecodesToWhatWasEncodedAndToNothingElse) {
  const std::vector<Command> commands = {
      RegisterClient{},
      KeepAlive{7},
      Activate{KvVersion::k2},
      Request{1, 2, 3, Get{"key"}},
      Request{1, 2, 3, Put{"key", ""}},
      Request{1, 2, 3, Append{"", std::string("\0x", 2)}},
      Request{1, 2, 3, Cas{"key", std::nullopt, "new"}},
      Request{1, 2, 3, Cas{"key", "", "new"}},
      Request{~0ull, ~0ull, ~0ull, Delete{"key"}},
      Request{1, 2, 3, Transaction{}},
      Request{1, 2, 3, Transaction{{Get{"a"}, Append{"b", "x"}, Get{""}}}},
  };
  for (const Command& command : commands) {
    const std::string bytes = encode(command);
    EXPECT_EQ(decode_command(bytes), command);
    EXPECT_EQ(decode_command(bytes + "x"), std::nullopt);
    EXPECT_EQ(decode_command(std::string_view(bytes).substr(0, bytes.size() - 1)), std::nullopt);
  }
}

TEST(Command, IsStampedOnceAndNotWithATimeBeforeTheBeginning) {
  const Command command = Request{1, 2, 3, Get{"key"}};
  const std::string bytes = stamp(LogTime(7ms), encode(command));
  EXPECT_EQ(decode_stamped(bytes), (Stamped{LogTime(7ms), command}));
  EXPECT_EQ(decode_stamped(bytes + "x"), std::nullopt);
  EXPECT_EQ(decode_stamped(std::string_view(bytes).substr(0, 7)), std::nullopt);
  EXPECT_EQ(decode_stamped(stamp(LogTime(-2ns), encode(command))), std::nullopt);
}

TEST(Kv, ExecutesEachOperation) {
  Machine m;
  const uint64_t s = m.open();
  EXPECT_EQ(m.call(s, 1, Get{"k"}).result.status, KvStatus::kNotFound);
  EXPECT_EQ(m.call(s, 2, Put{"k", "a"}).result.status, KvStatus::kOk);
  EXPECT_EQ(m.call(s, 3, Append{"k", "b"}).result.value, "ab");
  EXPECT_EQ(m.call(s, 4, Cas{"k", "ab", "c"}).result.status, KvStatus::kOk);
  EXPECT_EQ(m.call(s, 5, Cas{"k", "ab", "d"}).result.status, KvStatus::kMismatch);
  EXPECT_EQ(m.call(s, 6, Cas{"k", std::nullopt, "d"}).result.value, "c");
  EXPECT_EQ(m.call(s, 7, Get{"k"}).result.value, "c");
  EXPECT_EQ(m.call(s, 8, Delete{"k"}).result.status, KvStatus::kOk);
  EXPECT_EQ(m.call(s, 9, Delete{"k"}).result.status, KvStatus::kNotFound);
}

TEST(Kv, AnswersARepetitionWithTheReplyItGave) {
  Machine m;
  const uint64_t s = m.open();
  const Applied first = m.call(s, 1, Append{"k", "a"});
  m.call(s, 2, Append{"k", "b"});
  const Applied again = m.call(s, 1, Append{"k", "a"});
  EXPECT_TRUE(first.executed);
  EXPECT_FALSE(again.executed);
  EXPECT_EQ(again.result, first.result);
  EXPECT_EQ(m.kv().value("k"), "ab");
}

TEST(Kv, WithoutTheSessionCheckARepetitionIsExecutedAgain) {
  Machine m(Mutant::kNoSessionCheck);
  const uint64_t s = m.open();
  m.call(s, 1, Append{"k", "a"});
  EXPECT_TRUE(m.call(s, 1, Append{"k", "a"}).executed);
  EXPECT_EQ(m.kv().value("k"), "aa");
}

TEST(Kv, ForgetsRepliesThatTheClientHasAndStillDoesNotExecuteAgain) {
  Machine m;
  const uint64_t s = m.open();
  m.call(s, 1, Append{"k", "a"});
  m.call(s, 2, Append{"k", "b"}, 2);
  const Applied late = m.call(s, 1, Append{"k", "a"});
  EXPECT_EQ(late.result.status, KvStatus::kForgotten);
  EXPECT_EQ(m.kv().value("k"), "ab");
}

TEST(Kv, AnUnknownSessionGetsAnErrorAndNoExecution) {
  Machine m;
  EXPECT_EQ(m.call(99, 1, Put{"k", "a"}).result.status, KvStatus::kExpiredSession);
  EXPECT_EQ(m.kv().value("k"), std::nullopt);
}

TEST(Kv, EvictsTheSessionThatHasBeenSilentLongest) {
  Machine m(Mutant::kNone, {.sessions = 2});
  const uint64_t a = m.open();
  const uint64_t b = m.open();
  m.call(a, 1, Put{"k", "a"});
  m.open();  // evicts b
  EXPECT_EQ(m.call(b, 1, Put{"k", "b"}).result.status, KvStatus::kExpiredSession);
  EXPECT_EQ(m.call(a, 2, Get{"k"}).result.value, "a");
  EXPECT_EQ(m.kv().sessions(), 2u);
}

TEST(Kv, AClientThatNeverAcknowledgesLosesItsSession) {
  Machine m(Mutant::kNone, {.replies_per_session = 2});
  const uint64_t s = m.open();
  for (uint64_t i = 1; i <= 3; ++i) EXPECT_TRUE(m.call(s, i, Append{"k", "x"}).executed);
  EXPECT_EQ(m.call(s, 4, Append{"k", "x"}).result.status, KvStatus::kExpiredSession);
  EXPECT_EQ(m.kv().value("k"), "xxx");
}

TEST(Kv, ForgetsASessionThatWasSilentForTooLongByTheTimeInTheLog) {
  Machine m(Mutant::kNone, {.session_timeout = 100ms});
  const uint64_t a = m.open();
  const uint64_t b = m.open();
  m.time += 60ms;
  m.call(a, 1, Put{"k", "a"});
  m.time += 41ms;
  const Applied expired = m.call(b, 1, Put{"k", "b"});
  EXPECT_EQ(expired.result.status, KvStatus::kExpiredSession);
  EXPECT_EQ(expired.expired, 1u);
  EXPECT_FALSE(expired.executed);
  EXPECT_EQ(m.call(a, 2, Get{"k"}).result.value, "a");
  EXPECT_EQ(m.call(b, 1, Put{"k", "b"}).result.status, KvStatus::kExpiredSession);
}

TEST(Kv, LastsAsLongAsItIsKeptAlive) {
  Machine m(Mutant::kNone, {.session_timeout = 100ms});
  const uint64_t s = m.open();
  for (int i = 0; i < 5; ++i) {
    m.time += 100ms;
    EXPECT_EQ(m.apply(KeepAlive{s}).result.status, KvStatus::kOk);
  }
  m.time += 101ms;
  EXPECT_EQ(m.apply(KeepAlive{s}).result.status, KvStatus::kExpiredSession);
  EXPECT_EQ(m.kv().sessions(), 0u);
}

TEST(Kv, OpeningASessionMakesRoomByForgettingThoseWhoseTimeIsOver) {
  Machine m(Mutant::kNone, {.session_timeout = 100ms});
  m.open();
  m.open();
  m.time += 60ms;
  const uint64_t last = m.open();
  m.time += 60ms;
  EXPECT_EQ(m.apply(RegisterClient{}).expired, 2u);
  EXPECT_EQ(m.kv().sessions(), 2u);
  EXPECT_TRUE(m.call(last, 1, Put{"k", "a"}).executed);
}

// A new leader that has not applied everything may write an earlier time than the old one did.
TEST(Kv, ItsTimeNeverGoesBack) {
  Machine m(Mutant::kNone, {.session_timeout = 100ms});
  m.time += 1s;
  const uint64_t s = m.open();
  m.time -= 500ms;
  EXPECT_TRUE(m.call(s, 1, Put{"k", "a"}).executed);
  EXPECT_EQ(m.kv().time(), LogTime(1s));
  m.time += 599ms;
  EXPECT_TRUE(m.call(s, 2, Put{"k", "a"}).executed);
}

TEST(Kv, BytesThatAreNoCommandChangeNothing) {
  Machine m;
  EXPECT_EQ(m.apply_bytes("nonsense").result.status, KvStatus::kBadCommand);
}

TEST(Kv, EqualHistoriesHaveEqualHashesAndOthersDoNot) {
  Machine a;
  Machine b;
  Machine c;
  for (Machine* m : {&a, &b, &c}) m->open();
  a.call(1, 1, Put{"k", "a"});
  b.call(1, 1, Put{"k", "a"});
  c.call(1, 1, Put{"k", "b"});
  EXPECT_EQ(a.kv(), b.kv());
  EXPECT_EQ(a.kv().state_hash(), b.kv().state_hash());
  EXPECT_NE(a.kv().state_hash(), c.kv().state_hash());
}

TEST(Command, WhatATransactionFoundDecodesToWhatWasEncodedAndToNothingElse) {
  const FoundValues found{"x", std::nullopt, ""};
  const std::string bytes = encode_found(found);
  EXPECT_EQ(decode_found(bytes), found);
  EXPECT_EQ(decode_found(""), FoundValues{});
  EXPECT_EQ(decode_found(bytes + "\x02"), std::nullopt);
  EXPECT_EQ(decode_found(std::string_view(bytes).substr(0, bytes.size() - 1)), std::nullopt);
}

TEST(Kv, ATransactionSeesWhatItHasDoneItself) {
  Machine m;
  const uint64_t s = m.open();
  const Applied applied = m.call(
      s, 1,
      Transaction{{Get{"a"}, Append{"a", "1"}, Append{"b", "2"}, Append{"a", "3"}, Get{"a"}}});
  EXPECT_EQ(decode_found(applied.result.value), (FoundValues{std::nullopt, "13"}));
  EXPECT_EQ(m.kv().value("b"), "2");
}

TEST(Kv, ATransactionThatCannotBeDoneWholeIsNotDoneAtAll) {
  for (const Mutant mutant : {Mutant::kNone, Mutant::kRsmB09}) {
    Machine m(mutant, {.value_bytes = 3});
    const uint64_t s = m.open();
    const Transaction too_long{{Append{"a", "1"}, Append{"b", "22"}, Append{"b", "22"}}};
    EXPECT_EQ(m.call(s, 1, too_long).result.status, KvStatus::kTooLong);
    EXPECT_EQ(m.kv().value("a").has_value(), mutant == Mutant::kRsmB09);
    EXPECT_EQ(m.call(s, 2, Transaction{{Append{"c", "22"}, Append{"c", "1"}}}).result.status,
              KvStatus::kOk);
  }
}

TEST(Kv, NoValueBecomesLongerThanIsAllowed) {
  Machine m(Mutant::kNone, {.value_bytes = 3});
  const uint64_t s = m.open();
  EXPECT_EQ(m.call(s, 1, Put{"k", "aaaa"}).result.status, KvStatus::kTooLong);
  EXPECT_EQ(m.call(s, 2, Put{"k", "aaa"}).result.status, KvStatus::kOk);
  EXPECT_EQ(m.call(s, 3, Append{"k", "a"}).result.status, KvStatus::kTooLong);
  EXPECT_EQ(m.call(s, 4, Cas{"k", "aaa", "bbbb"}).result.status, KvStatus::kTooLong);
  EXPECT_EQ(m.kv().value("k"), "aaa");
}

// That sums of parts are kept right through all changes: kv_snapshot_test.cc, where they are made
// anew from the state.
TEST(Kv, TheHashIsOfTheStateToo) {
  // A machine with room for fewer sessions hears the same, and answers the same, but has another
  // state.
  Machine a(Mutant::kNone, {.sessions = 2});
  Machine b(Mutant::kNone, {.sessions = 3});
  for (Machine* m : {&a, &b}) {
    for (int i = 0; i < 2; ++i) m->open();
  }
  EXPECT_EQ(a.kv().state_hash(), b.kv().state_hash());
  EXPECT_EQ(a.apply(RegisterClient{}).result, b.apply(RegisterClient{}).result);
  EXPECT_NE(a.kv().state_hash(), b.kv().state_hash());
}

TEST(Kv, B06ExecutesAgainWhatItHadForgotten) {
  for (const Mutant mutant : {Mutant::kNone, Mutant::kRsmB06}) {
    Machine m(mutant, {.session_timeout = 100ms});
    const uint64_t s = m.open();
    m.call(s, 1, Append{"k", "a"}, 1);
    m.time += 101ms;
    EXPECT_EQ(m.call(s, 1, Append{"k", "a"}, 1).executed, mutant == Mutant::kRsmB06);
  }
}

TEST(Kv, B11ExecutesAgainWhatTheClientStillWaitsFor) {
  for (const Mutant mutant : {Mutant::kNone, Mutant::kRsmB11}) {
    Machine m(mutant);
    const uint64_t s = m.open();
    m.call(s, 1, Append{"k", "a"}, 1);
    EXPECT_EQ(m.call(s, 1, Append{"k", "a"}, 1).executed, mutant == Mutant::kRsmB11);
  }
}

TEST(Kv, RefusesEntriesOutOfOrder) {
  KvStateMachine kv(KvRules(), KvLimits{});
  EXPECT_THROW(kv.apply({.index = 2, .term = Term{1}}), InvariantFailure);
}

}  // namespace
}  // namespace seedbed::raft

// Checks with what they accept and what they refuse, from made-up events. Disks are empty here:
// what stands on them is shown by scenario_test.cc.
#include "protocols/two_phase_commit/invariants.h"

#include <gtest/gtest.h>

#include "protocols/two_phase_commit/convert.h"
#include "protocols/two_phase_commit/two_phase_commit.pb.h"
#include "sim/core/hash.h"

namespace seedbed::two_phase_commit {
namespace {

// Shows a checker events, one after the other, a millisecond apart.
class Stage {
 public:
  explicit Stage(std::unique_ptr<Checker> checker) : checker_(std::move(checker)) {}

  uint64_t send(uint32_t from, uint32_t to, const google::protobuf::Message& message) {
    TraceEvent event = next(EventKind::kSend, from);
    event.peer = NodeId{to};
    event.id = ++messages_;
    event.value = hash_bytes(message.GetDescriptor()->full_name());
    event.payload = &message;
    checker_->on_event(event);
    return messages_;
  }
  void receive(uint32_t node, uint32_t from, uint64_t message) {
    TraceEvent event = next(EventKind::kReceive, node);
    event.peer = NodeId{from};
    event.id = message;
    checker_->on_event(event);
  }
  void start(uint32_t node) { checker_->on_event(next(EventKind::kStart, node)); }
  void wait(Duration duration) { now_ += duration; }
  CheckResult end() {
    checker_->finish();
    return checker_->result();
  }

 private:
  TraceEvent next(EventKind kind, uint32_t node) {
    TraceEvent event;
    event.index = EventIndex{++index_};
    event.kind = kind;
    event.node = NodeId{node};
    event.time = now_ += 1ms;
    return event;
  }

  std::unique_ptr<Checker> checker_;
  uint64_t index_ = 0;
  uint64_t messages_ = 0;
  Time now_ = kStart;
};

LedgerPtr empty_disks() {
  return std::make_shared<Ledger>(roles_of({NodeId{1}, NodeId{2}, NodeId{3}}, 1));
}

EndsPtr nothing_heard() { return std::make_shared<EndsHeard>(); }

TxnId id(uint64_t n) { return {.coordinator = NodeId{1}, .incarnation = 1, .n = n}; }

template <class T>
T about(uint64_t n) {
  T message;
  to_wire(id(n), message.mutable_id());
  return message;
}

wire::Prepare::Response vote(uint64_t n, wire::Vote vote) {
  auto message = about<wire::Prepare::Response>(n);
  message.set_vote(vote);
  return message;
}

wire::Decide::Request decision(uint64_t n, wire::Outcome outcome) {
  auto message = about<wire::Decide::Request>(n);
  message.set_outcome(outcome);
  return message;
}

TEST(PrepDurable, RefusesAYesThatIsOnNoDisk) {
  Stage good(make_prep_durable(empty_disks()));
  good.send(2, 1, vote(1, wire::VOTE_READ));
  good.send(2, 1, vote(2, wire::VOTE_NO));
  EXPECT_EQ(good.end().status, CheckStatus::kPass);
  for (const wire::Vote yes : {wire::VOTE_YES, wire::VOTE_COMMITTED}) {
    Stage bad(make_prep_durable(empty_disks()));
    bad.send(2, 1, vote(1, yes));
    EXPECT_EQ(bad.end().status, CheckStatus::kViolation);
  }
}

TEST(DecDurable, RefusesADecisionThatIsOnNoDisk) {
  Stage good(make_dec_durable(empty_disks(), nothing_heard()));
  good.send(1, 2, decision(1, wire::OUTCOME_ABORTED));  // it is presumed
  EXPECT_NE(good.end().status, CheckStatus::kViolation);
  Stage told(make_dec_durable(empty_disks(), nothing_heard()));
  told.send(1, 2, decision(1, wire::OUTCOME_COMMITTED));
  EXPECT_EQ(told.end().status, CheckStatus::kViolation);
  auto answer = about<wire::Inquire::Response>(1);
  answer.set_outcome(wire::OUTCOME_COMMITTED);
  Stage answered(make_dec_durable(empty_disks(), nothing_heard()));
  answered.send(1, 2, answer);
  EXPECT_EQ(answered.end().status, CheckStatus::kViolation);
  // A participant that tells another one that it has aborted must not be able to forget that.
  auto peer = about<wire::AskPeer::Response>(1);
  peer.set_outcome(wire::OUTCOME_ABORTED);
  Stage asked(make_dec_durable(empty_disks(), nothing_heard()));
  asked.send(2, 3, peer);
  EXPECT_EQ(asked.end().status, CheckStatus::kViolation);
}

wire::Decide::Request ends_through(uint64_t n) {
  auto message = decision(n, wire::OUTCOME_ABORTED);
  message.mutable_ended()->set_incarnation(1);
  message.mutable_ended()->set_n(n);
  return message;
}

TEST(DecDurable, WhatHasEndedCanBeToldWithoutARecord) {
  auto peer = about<wire::AskPeer::Response>(1);
  peer.set_outcome(wire::OUTCOME_ABORTED);
  for (const uint64_t last : {1, 2}) {
    Stage good(make_dec_durable(empty_disks(), nothing_heard()));
    good.receive(2, 1, good.send(1, 2, ends_through(last)));
    good.send(2, 3, peer);
    EXPECT_EQ(good.end().status, CheckStatus::kPass);
  }
  Stage under_way(make_dec_durable(empty_disks(), nothing_heard()));
  under_way.send(1, 2, ends_through(1));
  under_way.send(2, 3, peer);
  EXPECT_EQ(under_way.end().status, CheckStatus::kViolation);
  Stage elsewhere(make_dec_durable(empty_disks(), nothing_heard()));
  elsewhere.receive(3, 1, elsewhere.send(1, 3, ends_through(1)));
  elsewhere.send(2, 3, peer);
  EXPECT_EQ(elsewhere.end().status, CheckStatus::kViolation);
}

TEST(EndsHeard, RemembersTheLastThatItWasToldInALife) {
  const auto later = ends_through(5);
  const auto earlier = ends_through(3);
  EndsHeard ends;
  uint64_t index = 0;
  const auto follow = [&](EventKind kind, uint64_t message, const wire::Decide::Request* payload) {
    TraceEvent event;
    event.index = EventIndex{++index};
    event.kind = kind;
    event.node = NodeId{2};
    event.id = message;
    event.value = hash_bytes(wire::Decide::Request::descriptor()->full_name());
    event.payload = payload;
    ends.follow(event);
  };
  follow(EventKind::kSend, 1, &later);
  follow(EventKind::kSend, 2, &earlier);
  EXPECT_FALSE(ends.heard(NodeId{2}, id(5)));
  follow(EventKind::kReceive, 1, nullptr);
  follow(EventKind::kReceive, 2, nullptr);  // overtaken
  EXPECT_TRUE(ends.heard(NodeId{2}, id(5)));
  EXPECT_TRUE(ends.heard(NodeId{2}, id(1)));
  EXPECT_FALSE(ends.heard(NodeId{2}, id(6)));
  EXPECT_FALSE(ends.heard(NodeId{3}, id(1)));
  follow(EventKind::kStart, 0, nullptr);
  EXPECT_FALSE(ends.heard(NodeId{2}, id(1)));
  follow(EventKind::kReceive, 2, nullptr);  // a copy
  EXPECT_TRUE(ends.heard(NodeId{2}, id(3)));
  EXPECT_FALSE(ends.heard(NodeId{2}, id(4)));
}

TEST(NamesOnce, RefusesANameOfAnEarlierLife) {
  const auto named = about<wire::Begin::Response>(1);
  Stage good(make_names_once());
  good.start(1);
  good.send(1, 4, named);
  good.send(1, 4, named);  // the answer to a copy
  good.send(1, 5, about<wire::Begin::Response>(2));
  EXPECT_EQ(good.end().status, CheckStatus::kPass);
  Stage again(make_names_once());
  again.start(1);
  again.send(1, 4, named);
  again.start(1);
  again.send(1, 4, named);
  EXPECT_EQ(again.end().status, CheckStatus::kViolation);
  Stage twice(make_names_once());
  twice.start(1);
  twice.send(1, 4, named);
  twice.send(1, 5, named);
  EXPECT_EQ(twice.end().status, CheckStatus::kViolation);
}

// Asks two for their votes, and aborts.
CheckResult aborted_after(wire::Vote first, wire::Vote second, Duration wait) {
  Stage stage(make_ac4(roles_of({NodeId{1}, NodeId{2}, NodeId{3}}, 1), 60ms));
  stage.send(1, 2, about<wire::Prepare::Request>(1));
  stage.send(1, 3, about<wire::Prepare::Request>(1));
  const uint64_t one = stage.send(2, 1, vote(1, first));
  const uint64_t other = stage.send(3, 1, vote(1, second));
  stage.receive(1, 2, one);
  stage.wait(wait);
  stage.receive(1, 3, other);
  stage.send(1, 2, decision(1, wire::OUTCOME_ABORTED));
  return stage.end();
}

TEST(AC4, RefusesAnAbortIfAllSaidYesInTime) {
  EXPECT_EQ(aborted_after(wire::VOTE_YES, wire::VOTE_READ, 0ms).status, CheckStatus::kViolation);
  EXPECT_NE(aborted_after(wire::VOTE_YES, wire::VOTE_NO, 0ms).status, CheckStatus::kViolation);
  EXPECT_NE(aborted_after(wire::VOTE_YES, wire::VOTE_YES, 100ms).status, CheckStatus::kViolation);
}

}  // namespace
}  // namespace seedbed::two_phase_commit

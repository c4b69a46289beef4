// Each check with what it accepts and what it refuses, from made-up events.
#include "protocols/primary_backup/invariants.h"

#include <gtest/gtest.h>

#include "protocols/primary_backup/primary_backup.pb.h"
#include "protocols/primary_backup/store.h"
#include "protocols/raft/kv.h"
#include "protocols/raft/raft.pb.h"
#include "sim/core/hash.h"
#include "tests/check/script.h"

namespace seedbed::primary_backup {
namespace {

// Shows a checker events with messages in them, one after the other.
class Stage {
 public:
  explicit Stage(std::unique_ptr<Checker> checker) : checker_(std::move(checker)) {}

  void show(EventKind kind, uint32_t node, const google::protobuf::Message& message,
            uint32_t peer = 0) {
    TraceEvent event;
    event.index = EventIndex{++index_};
    event.kind = kind;
    event.node = NodeId{node};
    event.peer = NodeId{peer};
    event.value = hash_bytes(message.GetDescriptor()->full_name());
    event.payload = &message;
    checker_->on_event(event);
  }
  CheckResult end() {
    checker_->finish();
    return checker_->result();
  }

 private:
  std::unique_ptr<Checker> checker_;
  uint64_t index_ = 0;
};

Disks no_disks() { return std::make_shared<ReplicaDisks>(std::vector<NodeId>{NodeId{4}}); }

wire::Applied applied(Index index, uint64_t hash, uint64_t sequence, bool executed = true) {
  wire::Applied message;
  message.mutable_id()->set_index(index);
  message.mutable_id()->set_epoch(1);
  message.set_state_hash(hash);
  message.set_client(7);
  message.set_sequence(sequence);
  message.set_executed(executed);
  return message;
}

TEST(AppliedAtomic, WantsOneStateBehindOneEntry) {
  Stage good(make_applied_atomic(no_disks()));
  good.show(EventKind::kProbe, 4, applied(1, 11, 1));
  good.show(EventKind::kProbe, 5, applied(1, 11, 1));
  EXPECT_EQ(good.end().status, CheckStatus::kPass);
  Stage bad(make_applied_atomic(no_disks()));
  bad.show(EventKind::kProbe, 4, applied(1, 11, 1));
  bad.show(EventKind::kProbe, 5, applied(1, 12, 1));
  EXPECT_EQ(bad.end().status, CheckStatus::kViolation);
}

TEST(ExactlyOnce, CountsExecutionsOfEachReplica) {
  Stage good(make_exactly_once());
  good.show(EventKind::kProbe, 4, applied(1, 11, 1));
  good.show(EventKind::kProbe, 5, applied(1, 11, 1));
  good.show(EventKind::kProbe, 4, applied(2, 11, 1, false));
  EXPECT_EQ(good.end().status, CheckStatus::kPass);
  Stage bad(make_exactly_once());
  bad.show(EventKind::kProbe, 4, applied(1, 11, 1));
  bad.show(EventKind::kProbe, 4, applied(2, 12, 1));
  EXPECT_EQ(bad.end().status, CheckStatus::kViolation);
}

// The authority gives epoch 1 to n4.
void give_epoch_to_n4(Stage& stage) {
  raft::wire::ClientQuery::Response answer;
  answer.set_found(true);
  answer.set_value("1 n4");
  stage.show(EventKind::kSend, 1, answer, 5);
}

wire::Write::Response done_in(uint64_t epoch) {
  wire::Write::Response response;
  response.set_reply(wire::REPLY_DONE);
  response.set_epoch(epoch);
  return response;
}

TEST(OneWriter, WantsAcknowledgementsFromTheOwnerOnly) {
  Stage good(make_one_writer(no_disks()));
  give_epoch_to_n4(good);
  good.show(EventKind::kSend, 4, done_in(1), 7);
  EXPECT_EQ(good.end().status, CheckStatus::kPass);
  Stage other(make_one_writer(no_disks()));
  give_epoch_to_n4(other);
  other.show(EventKind::kSend, 5, done_in(1), 7);
  EXPECT_EQ(other.end().status, CheckStatus::kViolation);
  Stage unknown(make_one_writer(no_disks()));
  unknown.show(EventKind::kSend, 4, done_in(2), 7);
  EXPECT_EQ(unknown.end().status, CheckStatus::kViolation) << "nobody was given epoch 2";
}

TEST(OneWriter, LearnsTheOwnerFromAChangeThatWasMade) {
  Stage stage(make_one_writer(no_disks()));
  raft::wire::ClientCommand::Request request;
  request.set_command(
      raft::encode(raft::Request{.session = 1,
                                 .sequence = 1,
                                 .lowest_unanswered = 1,
                                 .operation = raft::Cas{"primary", std::nullopt, "1 n4"}}));
  stage.show(EventKind::kSend, 4, request, 1);
  raft::wire::ClientCommand::Response answer;
  answer.set_reply(raft::wire::REPLY_EXECUTED);
  answer.set_status(static_cast<uint32_t>(raft::KvStatus::kOk));
  stage.show(EventKind::kSend, 1, answer, 4);
  stage.show(EventKind::kSend, 4, done_in(1), 7);
  EXPECT_EQ(stage.end().status, CheckStatus::kPass);
}

TEST(OneWriter, WantsABackupToListenToWhatItsDiskSays) {
  Stage stage(make_one_writer(no_disks()));
  wire::Replicate::Response response;
  response.set_accepted(true);
  response.set_epoch(3);  // nothing stands on its disk
  stage.show(EventKind::kSend, 4, response, 5);
  EXPECT_EQ(stage.end().status, CheckStatus::kViolation);
}

TEST(Durability, WantsCopiesOfWhatWasAcknowledged) {
  const auto judge = [](const Response& response) {
    Script script;
    script.operation(7, Operation::put("k", "v"), response, 0, 10);
    const auto checker = make_durability(no_disks(), {.replicas = 3, .backups = 1});
    return script.play(*checker).status;
  };
  EXPECT_EQ(judge(Response::done()), CheckStatus::kViolation) << "no disk has it";
  EXPECT_EQ(judge(Response::info("timeout")), CheckStatus::kInconclusive);
}

TEST(Durability, DoesNotExcuseByPatienceWhatNoDiskHas) {
  Script script;
  script.operation(7, Operation::put("k", "v"), Response::done(), 0, 10'000);
  const auto checker =
      make_durability(no_disks(), {.replicas = 3, .backups = 1, .patience = 100ms});
  EXPECT_EQ(script.play(*checker).status, CheckStatus::kViolation);
}

TEST(ReadsYourWrites, WantsWhatTheClientWasTold) {
  const auto judge = [](const std::string& read, uint32_t reader) {
    Script script;
    script.ok(7, Operation::append("k", "a "), Response::done(), 0, 10);
    script.ok(reader, Operation::get("k"), Response::found(read), 20, 30);
    const auto checker = make_reads_your_writes();
    return script.play(*checker).status;
  };
  EXPECT_EQ(judge("a ", 7), CheckStatus::kPass);
  EXPECT_EQ(judge("b ", 7), CheckStatus::kViolation);
  EXPECT_EQ(judge("b ", 8), CheckStatus::kPass) << "it is another's";
}

TEST(ReadsYourWrites, WantsReadsToGoForward) {
  Script script;
  script.ok(7, Operation::get("k"), Response::found("a b "), 0, 10);
  script.ok(7, Operation::get("k"), Response::found("a "), 20, 30);
  EXPECT_EQ(script.play(*make_reads_your_writes()).status, CheckStatus::kViolation);
}

TEST(BoundedStaleness, MeasuresHowOldAnAnswerIs) {
  const auto judge = [](Duration bound) {
    Script script;
    script.ok(7, Operation::put("k", "1"), Response::done(), 0, 10);
    script.ok(7, Operation::put("k", "2"), Response::done(), 20, 30);
    script.ok(8, Operation::get("k"), Response::found("1"), 130, 140);
    const auto checker = make_bounded_staleness(bound);
    return script.play(*checker).status;
  };
  EXPECT_EQ(judge(101ms), CheckStatus::kPass);
  EXPECT_EQ(judge(90ms), CheckStatus::kViolation);
}

}  // namespace
}  // namespace seedbed::primary_backup

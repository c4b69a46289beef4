// TermMono, LeaderAppendOnly, CommitMono, RoleChanges, TransferQuiet and LeaseExclusion, over
// events made by hand: each passes a good story and notices a bad one.
#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "protocols/raft/invariants.h"
#include "protocols/raft/raft.pb.h"
#include "protocols/raft/ready.h"
#include "sim/world/message.h"
#include "tests/raft/disk_events.h"

namespace seedbed::raft {
namespace {

constexpr NodeId kServer{1};

// What server 1 says, sends and has on its disk.
class Server {
 public:
  void role(Role role, uint64_t term, uint32_t leader = 0) {
    auto said = std::make_unique<wire::RoleChanged>();
    said->set_role(static_cast<uint32_t>(role));
    said->set_term(term);
    said->set_leader(leader);
    carry(EventKind::kProbe, std::move(said));
  }
  void commit(uint64_t index, uint64_t last) {
    auto said = std::make_unique<wire::CommitAdvanced>();
    said->mutable_through()->set_index(index);
    said->set_last(last);
    carry(EventKind::kProbe, std::move(said));
  }
  void apply(uint64_t index) {
    auto said = std::make_unique<wire::Applied>();
    said->mutable_entry()->set_index(index);
    carry(EventKind::kProbe, std::move(said));
  }
  void hand_over(uint32_t to, uint64_t last, uint64_t term) {
    auto said = std::make_unique<wire::TransferChanged>();
    said->set_to(to);
    said->set_last(last);
    said->set_term(term);
    carry(EventKind::kProbe, std::move(said));
  }
  void use_lease(uint64_t term) {
    auto said = std::make_unique<wire::LeaseUsed>();
    said->set_term(term);
    carry(EventKind::kProbe, std::move(said));
  }
  void send_entry(uint64_t index, uint64_t term) {
    auto sent = std::make_unique<wire::AppendEntries>();
    sent->set_term(term);
    sent->add_entries()->set_index(index);
    carry(EventKind::kSend, std::move(sent));
  }
  void crash() {
    add({.kind = EventKind::kCrash});
    ++incarnation_;
  }
  void suffer(std::string_view fault) { add({.kind = EventKind::kFaultBegin, .name = fault}); }
  void start() { add({.kind = EventKind::kStart}); }
  void write(const Write& write) {
    for (const TraceEvent& event : disk_.append(write)) add(event);
  }
  void write_term(uint64_t term) { write({.ticket = 1, .hard_state = HardState{Term{term}, {}}}); }
  void write_entry(uint64_t index, uint64_t term) {
    write({.ticket = 1, .entries = {{.index = index, .term = Term{term}, .data = "x"}}});
  }

  CheckResult judge(std::unique_ptr<Checker> checker) const {
    for (const TraceEvent& event : events_) {
      if (checker->interests().contains(event.kind)) checker->on_event(event);
    }
    checker->finish();
    return checker->result();
  }
  static std::shared_ptr<ServerLogs> logs() {
    return std::make_shared<ServerLogs>(std::vector<NodeId>{kServer});
  }

 private:
  template <class M>
  void carry(EventKind kind, std::unique_ptr<M> payload) {
    add({.kind = kind, .value = message_type<M>().hash, .payload = payload.get()});
    payloads_.push_back(std::move(payload));
  }
  void add(TraceEvent event) {
    event.index = EventIndex{events_.size() + 1};
    event.node = kServer;
    if (event.kind != EventKind::kDurable) event.id = incarnation_;
    events_.push_back(event);
  }

  uint64_t incarnation_ = 1;
  DiskEvents disk_{kServer};
  std::vector<std::unique_ptr<google::protobuf::Message>> payloads_;
  std::vector<TraceEvent> events_;
};

TEST(TermMono, NoticesATermThatGoesBackOnTheDisk) {
  Server server;
  server.write_term(3);
  server.crash();
  server.write_term(3);
  server.write_term(5);
  EXPECT_EQ(server.judge(make_term_mono(Server::logs())).status, CheckStatus::kPass);
  server.write_term(4);
  const CheckResult result = server.judge(make_term_mono(Server::logs()));
  EXPECT_EQ(result.status, CheckStatus::kViolation);
  EXPECT_EQ(result.message, "the term on the disk of n1 went back from 5 to 4");
}

TEST(TermMono, LeavesOutWhatIsDoneToADiskBehindTheServersBack) {
  for (const bool wiped : {false, true}) {
    Server server;
    server.write_term(5);
    server.crash();
    if (wiped) server.suffer("wiped_disk");
    server.write_term(4);
    server.start();
    server.write_term(5);
    const auto status = server.judge(make_term_mono(Server::logs())).status;
    EXPECT_EQ(status, wiped ? CheckStatus::kPass : CheckStatus::kViolation);
    server.write_term(3);
    EXPECT_TRUE(server.judge(make_term_mono(Server::logs())).status == CheckStatus::kViolation);
  }
}

TEST(LeaderAppendOnly, NoticesALeaderThatTruncatesItsLog) {
  Server server;
  server.write_entry(1, 1);
  server.write_entry(2, 1);
  server.write({.ticket = 1, .truncate_from = 2});  // as a follower
  server.role(Role::kLeader, 2, 1);
  server.write_entry(2, 2);
  EXPECT_EQ(server.judge(make_leader_append_only(Server::logs())).status, CheckStatus::kPass);
  server.write({.ticket = 1, .truncate_from = 2});
  const CheckResult result = server.judge(make_leader_append_only(Server::logs()));
  EXPECT_EQ(result.status, CheckStatus::kViolation);
  EXPECT_EQ(result.message, "n1 leads term 2, and index 2 of term 2 is gone from its disk");
}

TEST(LeaderAppendOnly, LooksAtLeadersOnly) {
  for (const bool crashes : {false, true}) {
    Server server;
    server.write_entry(1, 1);
    server.role(Role::kLeader, 2, 1);
    server.write_entry(2, 2);
    crashes ? server.crash() : server.role(Role::kFollower, 3);
    server.write({.ticket = 1, .truncate_from = 2});
    EXPECT_EQ(server.judge(make_leader_append_only(Server::logs())).status, CheckStatus::kPass);
  }
}

TEST(CommitMono, NoticesACommitIndexThatGoesBack) {
  Server server;
  server.commit(2, 4);
  server.apply(1);
  server.apply(2);
  server.commit(4, 4);
  server.crash();
  server.commit(1, 4);  // it begins anew
  EXPECT_EQ(server.judge(make_commit_mono()).status, CheckStatus::kPass);
  server.commit(3, 4);
  server.commit(2, 4);
  EXPECT_EQ(server.judge(make_commit_mono()).message,
            "the commit index of n1 went back from 3 to 2");
}

TEST(CommitMono, NoticesWhatIsCommittedBehindTheLog) {
  Server server;
  server.commit(5, 4);
  EXPECT_EQ(server.judge(make_commit_mono()).message,
            "n1 committed index 5, and its log ends at 4");
}

TEST(CommitMono, NoticesWhatIsAppliedBeforeItIsCommitted) {
  Server server;
  server.commit(1, 4);
  server.apply(2);
  EXPECT_EQ(server.judge(make_commit_mono()).message,
            "n1 applied index 2, and only 1 is committed");
}

TEST(RoleChanges, PassesAnOrdinaryLife) {
  Server server;
  server.role(Role::kPreCandidate, 0);
  server.role(Role::kCandidate, 1);
  server.role(Role::kLeader, 1, 1);
  server.role(Role::kFollower, 1);  // nobody answered
  server.role(Role::kPreCandidate, 1);
  server.role(Role::kCandidate, 2);
  server.role(Role::kFollower, 2);
  server.role(Role::kFollower, 2, 3);
  server.role(Role::kFollower, 3, 2);
  const CheckResult result = server.judge(make_role_changes());
  EXPECT_EQ(result.status, CheckStatus::kPass) << result.message;
}

TEST(RoleChanges, NoticesEveryWrongStep) {
  const std::pair<std::function<void(Server&)>, std::string_view> wrong[] = {
      {[](Server& s) { s.role(Role::kLeader, 3, 1); }, "in term 3 n1 leads, and was no candidate"},
      {[](Server& s) {
         s.role(Role::kFollower, 2);
         s.role(Role::kLeader, 2, 1);
       },
       "in term 2 n1 leads, and was no candidate"},
      {[](Server& s) {
         s.role(Role::kFollower, 2, 2);
         s.role(Role::kFollower, 2);
         s.role(Role::kFollower, 2, 3);
       },
       "in term 2 n1 takes n3 for the leader after n2"},
      {[](Server& s) {
         s.role(Role::kLeader, 2, 1);
         s.role(Role::kFollower, 2, 3);
       },
       "in term 2 n1 takes n3 for the leader after n1"},
      {[](Server& s) {
         s.role(Role::kLeader, 2, 1);
         s.role(Role::kFollower, 2);
         s.role(Role::kCandidate, 2);
       },
       "in term 2 n1 runs for a term that it has led"},
  };
  for (const auto& [tell, message] : wrong) {
    Server server;
    server.role(Role::kCandidate, 2);
    tell(server);
    const CheckResult result = server.judge(make_role_changes());
    EXPECT_EQ(result.status, CheckStatus::kViolation) << message;
    EXPECT_EQ(result.message, message);
  }
}

TEST(TransferQuiet, NoticesACommandThatIsTakenDuringATransfer) {
  Server server;
  server.role(Role::kLeader, 2, 1);
  server.send_entry(4, 2);
  server.hand_over(2, 5, 2);
  server.send_entry(5, 2);  // it was there before
  server.hand_over(0, 5, 2);
  server.send_entry(6, 2);
  server.hand_over(3, 6, 2);
  EXPECT_EQ(server.judge(make_transfer_quiet()).status, CheckStatus::kPass);
  Server deposed = std::move(server);
  deposed.send_entry(7, 2);
  EXPECT_EQ(deposed.judge(make_transfer_quiet()).message,
            "n1 took entry 7 while it handed over to n3");
}

TEST(LeaseExclusion, NoticesALeaseThatOutlivesTheTerm) {
  Server server;
  server.role(Role::kLeader, 2, 1);
  server.use_lease(2);
  EXPECT_EQ(server.judge(make_lease_exclusion()).status, CheckStatus::kPass);
  server.role(Role::kLeader, 3, 1);  // it stands for another one
  server.use_lease(2);
  EXPECT_EQ(server.judge(make_lease_exclusion()).message,
            "n1 answers queries by a lease of term 2 while n1 leads term 3");
}

TEST(TransferQuiet, EndsWithTheLeadership) {
  Server server;
  server.role(Role::kLeader, 2, 1);
  server.hand_over(2, 5, 2);
  server.role(Role::kFollower, 3, 2);
  server.role(Role::kLeader, 4, 1);
  server.send_entry(9, 4);
  EXPECT_EQ(server.judge(make_transfer_quiet()).status, CheckStatus::kPass);
}

}  // namespace
}  // namespace seedbed::raft

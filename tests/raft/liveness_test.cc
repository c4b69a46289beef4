// Progress, StableLeader and the classifier of RAFT-L1, over events made by hand: who leads, which
// links are lost for good, and what stands on the disks.
#include <gtest/gtest.h>

#include <deque>
#include <memory>

#include "protocols/raft/convert.h"
#include "protocols/raft/invariants.h"
#include "protocols/raft/raft.pb.h"
#include "protocols/raft/ready.h"
#include "sim/core/limits.h"
#include "sim/history/operation.h"
#include "sim/world/message.h"
#include "tests/raft/disk_events.h"

namespace seedbed::raft {
namespace {

constexpr Duration kTimeout = 100ms;  // elections begin after 100 to 200 ms
constexpr uint32_t kServers = 5;

// What servers say and suffer, in the order of time.
class Story {
 public:
  Story() {
    for (uint32_t node = 1; node <= kServers; ++node) {
      servers.push_back(NodeId{node});
      disks_.emplace_back(NodeId{node});
    }
  }

  void at(Duration time) { now_ = kStart + time; }
  void heal() { add({.kind = EventKind::kHeal}); }
  void outside(uint32_t node) { add({.kind = EventKind::kOutside, .node = NodeId{node}}); }
  void end() { add({.kind = EventKind::kEnd, .value = static_cast<uint64_t>(RunEnd::kCompleted)}); }
  void role(uint32_t node, Role role, uint64_t term, uint32_t leader = 0) {
    auto said = std::make_unique<wire::RoleChanged>();
    said->set_role(static_cast<uint32_t>(role));
    said->set_term(term);
    said->set_leader(leader);
    probe(node, std::move(said));
  }
  // One leads, and the others follow it.
  void lead(uint32_t leader, uint64_t term, const std::vector<uint32_t>& followers) {
    role(leader, Role::kLeader, term, leader);
    for (const uint32_t node : followers) role(node, Role::kFollower, term, leader);
  }
  void commit(uint32_t node, uint64_t index, uint64_t term) {
    auto said = std::make_unique<wire::CommitAdvanced>();
    said->mutable_through()->set_index(index);
    said->mutable_through()->set_term(term);
    said->set_term(term);
    said->set_leads(true);
    probe(node, std::move(said));
  }
  void apply(uint32_t node, uint64_t index) {
    auto said = std::make_unique<wire::Applied>();
    said->mutable_entry()->set_index(index);
    probe(node, std::move(said));
  }
  // From the entry at that index on, all servers go by that.
  void configure(uint64_t index, const Configuration& configuration) {
    for (uint32_t node = 1; node <= kServers; ++node) {
      auto said = std::make_unique<wire::ConfigurationChanged>();
      said->mutable_at()->set_index(index);
      said->mutable_at()->set_term(1);
      to_wire(configuration, said->mutable_configuration());
      probe(node, std::move(said));
    }
  }
  void cut(uint32_t one, uint32_t other) {
    cut_one_way(one, other);
    cut_one_way(other, one);
  }
  void cut_one_way(uint32_t from, uint32_t to) {
    add({.kind = EventKind::kCut, .node = NodeId{from}, .peer = NodeId{to}});
  }
  // Only the first of them reaches anybody.
  void star(uint32_t hub) {
    for (uint32_t one = 1; one <= kServers; ++one) {
      for (uint32_t other = one + 1; other <= kServers; ++other) {
        if (one != hub && other != hub) cut(one, other);
      }
    }
  }
  // An entry of term 1 behind the log of that server.
  void write(uint32_t node, uint64_t index) {
    const Write write{
        .ticket = index,
        .entries = {{.index = index, .term = Term{1}, .kind = EntryKind::kCommand, .data = "x"}}};
    for (const TraceEvent& event : disks_[node - 1].append(write)) add(event);
  }
  void ask(uint32_t client) { add({.kind = EventKind::kInvoke, .node = NodeId{client}, .id = 1}); }
  void answer(uint32_t client) {
    add({.kind = EventKind::kReturn,
         .node = NodeId{client},
         .id = 1,
         .value = static_cast<uint64_t>(Outcome::kOk)});
  }

  CheckResult judge(Checker& checker) const {
    for (const TraceEvent& event : events_) {
      if (checker.interests().contains(event.kind)) checker.on_event(event);
    }
    checker.finish();
    return checker.result();
  }
  CheckResult stable(Safeguards safeguards = {}) const {
    return judge(*make_stable_leader(options(safeguards), logs()));
  }
  CheckResult progress(Safeguards safeguards = {}) const {
    return judge(*make_progress(options(safeguards), logs()));
  }
  std::optional<std::string> standstill(Safeguards safeguards = {}) const {
    Standstill standstill(servers, servers, safeguards, logs());
    for (const TraceEvent& event : events_) {
      if (Standstill::interests().contains(event.kind)) standstill.follow(event);
    }
    return standstill.reason();
  }

  std::vector<NodeId> servers;

 private:
  LivenessOptions options(Safeguards safeguards) const {
    return {.servers = servers,
            .founders = servers,
            .clients = {NodeId{6}},
            .safeguards = safeguards,
            .election_timeout = kTimeout,
            .bound = 10s};
  }
  std::shared_ptr<ServerLogs> logs() const { return std::make_shared<ServerLogs>(servers); }
  template <class M>
  void probe(uint32_t node, std::unique_ptr<M> said) {
    add({.kind = EventKind::kProbe,
         .node = NodeId{node},
         .id = 1,
         .value = message_type<M>().hash,
         .payload = said.get()});
    said_.push_back(std::move(said));
  }
  void add(TraceEvent event) {
    event.index = EventIndex{events_.size() + 1};
    event.time = now_;
    events_.push_back(event);
  }

  Time now_ = kStart;
  std::deque<DiskEvents> disks_;
  std::vector<std::unique_ptr<google::protobuf::Message>> said_;
  std::vector<TraceEvent> events_;
};

// Healed at 1 s: a leader is due by 3 s, and has to stay until 13 s.
Story led_by_one() {
  Story story;
  story.at(1s);
  story.heal();
  story.at(1500ms);
  story.lead(1, 2, {2, 3, 4, 5});
  story.commit(1, 1, 2);
  for (uint32_t node = 1; node <= kServers; ++node) story.apply(node, 1);
  return story;
}

TEST(StableLeader, PassesWhereOneLeadsAndStays) {
  Story story = led_by_one();
  story.at(14s);
  story.end();
  EXPECT_EQ(story.stable().status, CheckStatus::kPass) << story.stable().message;
}

TEST(StableLeader, MissesALeader) {
  Story story;
  story.at(1s);
  story.heal();
  story.at(4s);
  story.end();
  EXPECT_EQ(story.stable().status, CheckStatus::kLiveness);
  EXPECT_NE(story.stable().message.find("0 servers lead"), std::string::npos);
}

TEST(StableLeader, MissesAMajorityThatFollows) {
  Story story;
  story.at(1s);
  story.heal();
  story.lead(1, 2, {2});
  story.commit(1, 1, 2);
  story.at(14s);
  story.end();
  EXPECT_NE(story.stable().message.find("only 2 of the voters {n1 n2 n3 n4 n5} follow n1"),
            std::string::npos);
}

const Configuration kThreeVoters{
    .voters = {NodeId{1}, NodeId{2}, NodeId{3}}, .learners = {NodeId{4}}, .removed = {NodeId{5}}};

TEST(StableLeader, CountsVotersOnly) {
  for (const uint32_t second : {3, 4}) {
    Story story;
    story.configure(1, kThreeVoters);
    story.at(1s);
    story.heal();
    story.lead(1, 2, second == 3 ? std::vector<uint32_t>{3} : std::vector<uint32_t>{4, 5});
    story.commit(1, 1, 2);
    story.at(14s);
    story.end();
    const CheckResult result = story.stable();
    EXPECT_EQ(result.status, second == 3 ? CheckStatus::kPass : CheckStatus::kLiveness);
    EXPECT_EQ(result.message.find("only 1 of the voters {n1 n2 n3") != std::string::npos,
              second == 4)
        << result.message;
  }
}

TEST(StableLeader, DoesNotMindWhoWasTakenOut) {
  Story story = led_by_one();
  story.configure(1, kThreeVoters);
  story.at(5s);
  story.role(5, Role::kCandidate, 3);
  story.apply(1, 2);
  for (const uint32_t member : {2, 3, 4}) story.apply(member, 2);
  story.at(14s);
  story.end();
  EXPECT_EQ(story.stable().status, CheckStatus::kPass) << story.stable().message;
  story.role(4, Role::kFollower, 3);
  EXPECT_EQ(story.stable().status, CheckStatus::kPass) << "its time is over";
  story.apply(1, 3);
  EXPECT_NE(story.stable().message.find("n2 is linked"), std::string::npos);
}

TEST(StableLeader, MissesWhatIsCommittedAfterTheFaultsIfSomebodyAsked) {
  for (const bool asked : {false, true}) {
    Story story;
    story.lead(1, 2, {2, 3});
    story.commit(1, 1, 2);
    story.at(1s);
    story.heal();
    if (asked) story.ask(6);
    story.at(14s);
    story.end();
    EXPECT_EQ(story.stable().message.find("has committed nothing") != std::string::npos, asked);
    EXPECT_EQ(story.stable().status, asked ? CheckStatus::kLiveness : CheckStatus::kPass);
  }
}

TEST(StableLeader, NoticesATermThatChangesUnderTheLeader) {
  Story story = led_by_one();
  story.at(5s);
  story.role(5, Role::kPreCandidate, 2);  // as it may
  EXPECT_EQ(story.stable().status, CheckStatus::kInconclusive) << "the run has not ended";
  story.role(5, Role::kCandidate, 3);
  story.at(14s);
  story.end();
  EXPECT_EQ(story.stable().status, CheckStatus::kLiveness);
  EXPECT_EQ(story.stable().message,
            "n5 went from term 2 to term 3 under a leader that had a majority");
}

TEST(StableLeader, NoticesALeaderThatStepsDown) {
  Story story = led_by_one();
  story.at(5s);
  story.role(1, Role::kFollower, 2);
  story.at(14s);
  story.end();
  EXPECT_EQ(story.stable().message, "n1 had a majority, and leads no more");
}

TEST(StableLeader, NoticesWhoeverIsLinkedWithTheLeaderAndLagsBehind) {
  Story story = led_by_one();
  story.apply(1, 2);
  for (const uint32_t node : {2, 3}) story.apply(node, 2);
  story.cut(1, 4);
  story.at(14s);
  story.end();
  EXPECT_EQ(story.stable().status, CheckStatus::kLiveness);
  EXPECT_EQ(story.stable().message,
            "n5 is linked with the leader n1, and has applied 1 of 2 entries");
  story.apply(5, 2);
  EXPECT_EQ(story.stable().status, CheckStatus::kPass) << "n4 is not linked with the leader";
}

TEST(StableLeader, DoesNotWaitForWhoWasLeftToItsFate) {
  Story story = led_by_one();
  story.outside(5);
  for (const uint32_t node : {1, 2, 3, 4}) story.apply(node, 2);
  story.at(14s);
  story.end();
  EXPECT_EQ(story.stable().status, CheckStatus::kPass) << story.stable().message;
}

TEST(StableLeader, CountsALeaderThatWasLeftToItsFateOnlyIfThereIsNoLaterOne) {
  for (const bool left : {false, true}) {
    Story story = led_by_one();
    story.role(5, Role::kLeader, 1, 5);
    if (left) story.outside(5);
    story.at(14s);
    story.end();
    EXPECT_EQ(story.stable().status, left ? CheckStatus::kPass : CheckStatus::kLiveness);
  }
}

TEST(StableLeader, IsInconclusiveIfTheRunEndsTooEarly) {
  Story story = led_by_one();
  story.at(12s);
  story.end();
  EXPECT_EQ(story.stable().status, CheckStatus::kInconclusive);
}

// --- RAFT-L1 ---

TEST(Standstill, IsNoneIfAllLinksAreThere) {
  Story story;
  story.write(2, 1);
  EXPECT_EQ(story.standstill(), std::nullopt);
}

// The only one that reaches a majority: its log decides.
TEST(Standstill, IsThereIfTheHubOfAStarIsBehindTooMany) {
  Story story;
  story.star(1);
  EXPECT_EQ(story.standstill(), std::nullopt);
  for (const uint32_t ahead : {2, 3}) story.write(ahead, 1);
  EXPECT_EQ(story.standstill(), std::nullopt) << "n4 and n5 would vote for it";
  story.write(4, 1);
  ASSERT_TRUE(story.standstill());
  EXPECT_NE(story.standstill()->find("n1 would be elected by n1 and n5 of {n1 n2 n3 n4 n5}"),
            std::string::npos);
  story.write(1, 1);
  EXPECT_EQ(story.standstill(), std::nullopt);
}

TEST(Standstill, IsThereIfNobodyReachesAMajority) {
  Story story;
  story.star(1);
  story.cut_one_way(1, 2);
  story.cut_one_way(3, 1);
  EXPECT_EQ(story.standstill(), std::nullopt) << "n1 reaches n4 and n5 both ways";
  story.cut_one_way(4, 1);
  ASSERT_TRUE(story.standstill());
  EXPECT_NE(story.standstill()->find("no server reaches a majority"), std::string::npos);
}

// Of five servers three vote. n1 reaches three servers, but of the voters only itself.
TEST(Standstill, CountsVotersOnly) {
  Story story;
  story.configure(1, kThreeVoters);
  story.cut(1, 2);
  story.cut(1, 3);
  EXPECT_EQ(story.standstill(), std::nullopt) << "n2 and n3 are two of three";
  story.cut(2, 3);
  ASSERT_TRUE(story.standstill());
  EXPECT_NE(story.standstill()->find("no server reaches a majority"), std::string::npos);
}

// Both halves must vote; n3 is in both.
TEST(Standstill, CountsBothHalvesOfAJointConfiguration) {
  Story story;
  story.configure(1, {.voters = {NodeId{1}, NodeId{2}, NodeId{3}},
                      .outgoing = {NodeId{3}, NodeId{4}, NodeId{5}}});
  for (const uint32_t other : {1, 2}) {
    for (const uint32_t one : {4, 5}) story.cut(one, other);
  }
  EXPECT_EQ(story.standstill(), std::nullopt) << "n3 reaches two of both";
  for (const uint32_t ahead : {4, 5}) story.write(ahead, 1);
  ASSERT_TRUE(story.standstill());
  EXPECT_NE(story.standstill()->find("n3 would be elected by n1, n2 and n3 of {n1 n2 n3 | n3 n4"),
            std::string::npos)
      << *story.standstill();
}

// Three that reach each other elect the one with the longest log, whichever it is.
TEST(Standstill, IsNeverThereWhileAMajorityOfEachOtherIsReached) {
  for (const uint32_t ahead : {1, 2, 3, 4, 5}) {
    Story story;
    for (const uint32_t other : {1, 3, 5}) story.cut(4, other);
    for (const uint32_t other : {1, 2}) story.cut(5, other);
    story.write(ahead, 1);
    EXPECT_EQ(story.standstill(), std::nullopt) << ahead;
  }
}

TEST(Standstill, IsThereIfWithoutCheckQuorumALeaderKeepsItsPlace) {
  Story story;
  story.star(1);
  story.role(2, Role::kLeader, 1, 2);
  EXPECT_EQ(story.standstill(), std::nullopt) << "with CheckQuorum it steps down";
  ASSERT_TRUE(story.standstill({.check_quorum = false}));
  EXPECT_NE(story.standstill({.check_quorum = false})->find("n2 leads on without a majority"),
            std::string::npos);
  story.cut_one_way(2, 1);
  EXPECT_EQ(story.standstill({.check_quorum = false}), std::nullopt) << "n1 does not hear it";
}

TEST(Standstill, IsThereIfWithoutSafeguardsWhoeverLeadsIsDisturbed) {
  Story story;  // a chain: 1 - 2 - 3, which both of 4 and 5 are linked with
  story.cut(1, 3);
  const Safeguards none{.pre_vote = false, .check_quorum = false};
  EXPECT_EQ(story.standstill(none), std::nullopt) << "n2 could lead in peace";
  story.cut(2, 4);
  story.cut(5, 4);
  ASSERT_TRUE(story.standstill(none));
  EXPECT_NE(story.standstill(none)->find("n1 by n3"), std::string::npos);
  EXPECT_EQ(story.standstill({.pre_vote = false}), std::nullopt);
  EXPECT_EQ(story.standstill({.check_quorum = false}), std::nullopt);
}

TEST(Progress, ExcusesAStandstillAndNothingElse) {
  Story served;
  served.heal();
  served.star(1);
  for (const uint32_t ahead : {2, 3, 4}) served.write(ahead, 1);
  Story waiting = std::move(served);
  waiting.at(1s);
  waiting.ask(6);
  const CheckResult excused = waiting.progress();
  EXPECT_EQ(excused.status, CheckStatus::kExpectedWeakness);
  EXPECT_EQ(excused.weakness, "RAFT-L1");
  waiting.write(1, 1);  // now it could be elected, and is not
  EXPECT_EQ(waiting.progress().status, CheckStatus::kLiveness);
  EXPECT_EQ(waiting.progress().weakness, "");
  waiting.at(2s);
  waiting.answer(6);
  EXPECT_EQ(waiting.progress().status, CheckStatus::kPass);
}

TEST(StableLeader, ExcusesAStandstillAndNothingElse) {
  Story story;
  story.at(1s);
  story.heal();
  story.star(1);
  for (const uint32_t ahead : {2, 3, 4}) story.write(ahead, 1);
  story.at(4s);
  story.end();
  EXPECT_EQ(story.stable().status, CheckStatus::kExpectedWeakness);
  EXPECT_EQ(story.stable().weakness, "RAFT-L1");
}

}  // namespace
}  // namespace seedbed::raft

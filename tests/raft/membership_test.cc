// One test for each claim of chapters 4 and 5 about what a single server does. What several do
// together stands in tests/golden/raft: joint_consensus, configuration_rollback, install_snapshot.
#include <gtest/gtest.h>

#include "protocols/raft/raft.h"
#include "sim/core/hash.h"
#include "tests/raft/lone_server.h"

namespace seedbed::raft {
namespace {

constexpr NodeId kSelf{1}, kSecond{2}, kThird{3}, kFourth{4};

Config without_pre_vote(uint32_t servers = 3) {
  Config config = LoneServer::config(servers);
  config.pre_vote = false;
  return config;
}

AppendEntriesResponse success(uint64_t term, LogIndex match) {
  return {.term = Term{term}, .success = true, .match = match};
}

AppendEntries with_configuration(const Configuration& configuration) {
  return {.term = Term{1},
          .prev = {},
          .entries = {{.index = 1,
                       .term = Term{1},
                       .kind = EntryKind::kConfiguration,
                       .data = encode(configuration)}},
          .leader_commit = 0};
}

// A leader of term 1 whose no-op is committed.
LoneServer leader(Config config = without_pre_vote()) {
  LoneServer s(std::move(config));
  s.lead();
  s.receive(2, success(1, 1));
  s.receive(3, success(1, 1));
  s.sent<AppendEntries>();
  return s;
}

// --- Chapter 4 ---

TEST(Section_4_1, AConfigurationCountsOnceItIsInTheLog) {
  LoneServer s(without_pre_vote());
  const Configuration next{.voters = {kSelf, kSecond}};
  s.receive(2, with_configuration(next));
  EXPECT_EQ(s.raft().commit_index(), 0u);
  EXPECT_EQ(s.raft().configuration(), next);
}

TEST(Section_4_1, AServerWhoseLogIsCutBackReturnsToTheConfigurationBefore) {
  LoneServer s(without_pre_vote());
  s.receive(2, with_configuration({.voters = {kSelf, kSecond}}));
  AppendEntries other{.term = Term{2}, .prev = {}, .entries = {{.index = 1, .term = Term{2}}}};
  s.receive(3, other);
  EXPECT_EQ(s.raft().configuration().voters, (std::vector<NodeId>{kSelf, kSecond, kThird}));
}

// Ongaro's correction of 2015: an election alone is not enough.
TEST(Section_4_1, ALeaderChangesNothingBeforeAnEntryOfItsTermIsCommitted) {
  Config config = without_pre_vote();
  config.single_server_changes = true;
  LoneServer s(config);
  s.lead();
  EXPECT_TRUE(s.raft().change_membership(s.now(), {.demote = {kThird}}));
  s.tick();
  EXPECT_EQ(s.raft().log().last_index(), 1u);
  s.receive(2, success(1, 1));
  EXPECT_EQ(s.raft().log().last_index(), 2u);
  EXPECT_EQ(s.raft().configuration().voters, (std::vector<NodeId>{kSelf, kSecond}));
}

TEST(Section_4_1, OneChangeAtATime) {
  LoneServer s = leader();
  EXPECT_TRUE(s.raft().change_membership(s.now(), {.demote = {kThird}}));
  EXPECT_FALSE(s.raft().change_membership(s.now(), {.demote = {kSecond}}));
  s.tick();
  EXPECT_TRUE(s.raft().configuration().is_joint());
  EXPECT_FALSE(s.raft().change_membership(s.now(), {.demote = {kSecond}}));
}

TEST(Section_4_2_1, ANewServerHasNoVoteUntilItHasCaughtUp) {
  Config config = without_pre_vote();
  config.single_server_changes = true;
  LoneServer s = leader(config);
  EXPECT_TRUE(s.raft().change_membership(s.now(), {.add = {kFourth}}));
  s.tick();
  EXPECT_TRUE(s.raft().configuration().is_learner(kFourth));
  s.persist();
  s.receive(2, success(1, 2));  // the learner is in
  EXPECT_EQ(s.raft().commit_index(), 2u);
  // Its first round takes too long.
  s.pass(200ms);
  s.receive(2, success(1, 2));
  s.receive(4, success(1, 2));
  EXPECT_FALSE(s.raft().configuration().is_voter(kFourth));
  // The next one does not.
  s.receive(4, success(1, s.raft().log().last_index()));
  EXPECT_TRUE(s.raft().configuration().is_voter(kFourth));
}

TEST(Section_4_2_1, AServerThatDoesNotCatchUpIsNotWaitedForForEver) {
  Config config = without_pre_vote();
  config.catch_up_timeouts = 2;
  LoneServer s = leader(config);
  EXPECT_TRUE(s.raft().change_membership(s.now(), {.add = {kFourth}}));
  s.tick();
  s.persist();
  s.receive(2, success(1, 2));
  EXPECT_TRUE(s.raft().changing_membership());
  s.pass(301ms);
  s.receive(2, success(1, 2));
  EXPECT_FALSE(s.raft().changing_membership());
  EXPECT_TRUE(s.raft().configuration().is_learner(kFourth));
}

TEST(Section_4_2_2, ALearnerStartsNoElections) {
  LoneServer s(without_pre_vote());
  s.receive(2, with_configuration({.voters = {kSecond, kThird}, .learners = {kSelf}}));
  s.persist();
  s.receive(2, AppendEntries{.term = Term{1}, .prev = {1, Term{1}}, .leader_commit = 1});
  s.time_out();
  EXPECT_EQ(s.raft().role(), Role::kFollower);
  EXPECT_EQ(s.raft().term(), Term{1});
}

TEST(Section_4_2_2, AServerThatIsOutOfAnUncommittedConfigurationIsStillNeeded) {
  LoneServer s(without_pre_vote());
  s.receive(2, with_configuration({.voters = {kSecond, kThird}, .removed = {kSelf}}));
  s.persist();
  s.time_out();
  EXPECT_EQ(s.raft().role(), Role::kCandidate);
  s.persist();
  s.receive(2, RequestVoteResponse{false, Term{2}, Term{2}, true});
  EXPECT_EQ(s.raft().role(), Role::kCandidate);  // it does not count itself
  s.receive(3, RequestVoteResponse{false, Term{2}, Term{2}, true});
  EXPECT_EQ(s.raft().role(), Role::kLeader);
}

// etcd pull request 10998.
TEST(Section_4_2_2, ALearnerVotesWhenItIsAsked) {
  LoneServer s(without_pre_vote());
  s.receive(2, with_configuration({.voters = {kSecond, kThird}, .learners = {kSelf}}));
  s.persist();
  s.pass(400ms);
  s.receive(3, RequestVote{.term = Term{2}, .last = {5, Term{1}}});
  s.persist();
  const auto sent = s.sent<RequestVoteResponse>();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_TRUE(sent[0].second.granted);
}

// --- Chapter 5 ---

Snapshot snapshot_of(LogIndex last, uint64_t term, std::string state) {
  return {.last = {last, Term{term}},
          .configuration = {.voters = {kSelf, kSecond, kThird}},
          .state = state};
}

InstallSnapshot piece(const Snapshot& snapshot, uint64_t offset, size_t size) {
  const std::string chunk(snapshot.state.view().substr(offset, size));
  return {.term = Term{3},
          .last = snapshot.last,
          .configuration = snapshot.configuration,
          .size = snapshot.state.size(),
          .digest = hash_bytes(snapshot.state),
          .offset = offset,
          .chunk = chunk,
          .checksum = hash_bytes(chunk)};
}

TEST(Section_5_1, ASnapshotReplacesTheEntriesThatItCovers) {
  LoneServer s(without_pre_vote(), LoneServer::log_of({1, 1, 2}));
  s.receive(2, AppendEntries{.term = Term{2}, .prev = {3, Term{2}}, .leader_commit = 2});
  ASSERT_TRUE(s.raft().may_compact());
  const Snapshot& snapshot = s.raft().compact("state");
  EXPECT_EQ(snapshot.last, (EntryId{2, Term{1}}));
  EXPECT_EQ(s.raft().log().first_index(), 3u);
  EXPECT_EQ(s.raft().log().last(), (EntryId{3, Term{2}}));
  EXPECT_FALSE(s.raft().may_compact());
}

TEST(Section_5_1, AnEntryThatIsCoveredConflictsWithNothing) {
  LoneServer s(without_pre_vote(), LoneServer::log_of({1, 1, 2}));
  s.receive(2, AppendEntries{.term = Term{2}, .prev = {3, Term{2}}, .leader_commit = 2});
  s.raft().compact("state");
  s.sent<AppendEntriesResponse>();
  AppendEntries old{.term = Term{2}, .prev = {}, .entries = {}, .leader_commit = 2};
  for (LogIndex i = 1; i <= 2; ++i) old.entries.push_back({.index = i, .term = Term{1}});
  s.receive(2, old);
  const auto sent = s.sent<AppendEntriesResponse>();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_TRUE(sent[0].second.success);
  EXPECT_EQ(s.raft().log().last_index(), 3u);
}

TEST(Figure_5_3, ASnapshotIsPutTogetherFromItsPieces) {
  LoneServer s(without_pre_vote(), LoneServer::log_of({1}));
  const Snapshot snapshot = snapshot_of(9, 2, "the whole state");
  s.receive(2, piece(snapshot, 0, 6));
  s.persist();
  s.receive(2, piece(snapshot, 0, 6));   // repeated
  s.receive(2, piece(snapshot, 12, 3));  // one was lost
  const auto said = s.sent<InstallSnapshotResponse>();
  ASSERT_EQ(said.size(), 3u);
  for (const auto& [to, response] : said) EXPECT_EQ(response.offset, 6u);
  EXPECT_EQ(s.raft().log().last_index(), 1u);
  s.receive(2, piece(snapshot, 6, 9));
  EXPECT_EQ(s.raft().snapshot(), snapshot);
  EXPECT_EQ(s.raft().log().base(), snapshot.last);
  EXPECT_EQ(s.raft().commit_index(), 9u);
  // The leader is told once the disk has it.
  EXPECT_TRUE(s.sent<AppendEntriesResponse>().empty());
  EXPECT_EQ(s.raft().durable_index(), 0u);
  s.persist();
  const auto acknowledged = s.sent<AppendEntriesResponse>();
  ASSERT_EQ(acknowledged.size(), 1u);
  EXPECT_EQ(acknowledged[0].second.match, 9u);
}

TEST(Figure_5_3, APieceThatWasDamagedIsAskedForAgain) {
  LoneServer s(without_pre_vote());
  const Snapshot snapshot = snapshot_of(9, 2, "the whole state");
  InstallSnapshot damaged = piece(snapshot, 0, 6);
  damaged.chunk[2] ^= 1;
  s.receive(2, damaged);
  s.persist();
  const auto said = s.sent<InstallSnapshotResponse>();
  ASSERT_EQ(said.size(), 1u);
  EXPECT_EQ(said[0].second.offset, 0u);
}

TEST(Figure_5_3, ALogThatHoldsTheLastEntryKeepsWhatFollows) {
  LoneServer s(without_pre_vote(), LoneServer::log_of({1, 1, 2}));
  s.receive(2, piece(snapshot_of(2, 1, "state"), 0, 5));
  EXPECT_EQ(s.raft().log().last_index(), 3u);
  EXPECT_EQ(s.raft().commit_index(), 2u);
}

TEST(Figure_5_3, AnOlderSnapshotIsIgnored) {
  LoneServer s(without_pre_vote(), LoneServer::log_of({1, 1, 2}));
  s.receive(2, AppendEntries{.term = Term{3}, .prev = {3, Term{2}}, .leader_commit = 3});
  s.receive(2, piece(snapshot_of(2, 1, "state"), 0, 5));
  EXPECT_EQ(s.raft().snapshot().last.index, 0u);
  EXPECT_EQ(s.raft().log().first_index(), 1u);
}

TEST(Figure_5_3, AServerThatWritesASnapshotStartsNoElection) {
  LoneServer s(without_pre_vote());
  s.receive(2, piece(snapshot_of(9, 2, "state"), 0, 5));
  s.time_out();
  EXPECT_EQ(s.raft().role(), Role::kFollower);
  s.persist();
  s.time_out();
  EXPECT_EQ(s.raft().role(), Role::kCandidate);
}

TEST(Chapter_5, ALeaderSendsItsSnapshotOneAnsweredPieceAfterTheOther) {
  Config config = without_pre_vote();
  config.snapshot_chunk_bytes = 4;
  LoneServer s = leader(config);
  ASSERT_TRUE(s.raft().change_membership(s.now(), {.add = {kFourth}}));
  s.raft().compact("0123456789");
  s.tick();
  s.receive(4, AppendEntriesResponse{
                   .term = Term{1}, .refused = 2, .hint = {.term = {}, .first_index = 1}});
  auto sent = s.sent<InstallSnapshot>();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].second.chunk, "0123");
  s.receive(4, InstallSnapshotResponse{.term = Term{1}, .last = {1, Term{1}}, .offset = 4});
  sent = s.sent<InstallSnapshot>();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].second.chunk, "4567");
}

TEST(Chapter_5, AServerStartsFromItsSnapshot) {
  Persisted persisted = LoneServer::log_of({});
  persisted.hard_state.term = Term{3};
  persisted.snapshot = snapshot_of(9, 2, "state");
  persisted.snapshot.configuration.voters = {kSelf, kThird};
  persisted.base = {8, Term{2}};
  persisted.entries = {{.index = 9, .term = Term{2}}, {.index = 10, .term = Term{3}}};
  Raft raft(without_pre_vote(), Rules(), 1, NodeTime{}, persisted);
  EXPECT_EQ(raft.commit_index(), 9u);
  EXPECT_EQ(raft.log().last_index(), 10u);
  EXPECT_EQ(raft.configuration(), persisted.snapshot.configuration);
  const Ready ready = raft.take_ready();
  EXPECT_EQ(ready.restore, persisted.snapshot);
  EXPECT_TRUE(ready.committed.empty());
}

}  // namespace
}  // namespace seedbed::raft

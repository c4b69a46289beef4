// One test for each claim of the dissertation about what a single server does.
#include <gtest/gtest.h>

#include <set>

#include "protocols/raft/raft.h"
#include "tests/raft/lone_server.h"

namespace seedbed::raft {
namespace {

Config without_pre_vote() {
  Config config = LoneServer::config();
  config.pre_vote = false;
  return config;
}

AppendEntries append(uint64_t term, EntryId prev, std::vector<uint64_t> terms, LogIndex commit) {
  AppendEntries request{.term = Term{term}, .prev = prev, .entries = {}, .leader_commit = commit};
  for (const uint64_t t : terms) {
    request.entries.push_back({.index = request.last_index() + 1, .term = Term{t}, .data = "x"});
  }
  return request;
}

AppendEntriesResponse success(uint64_t term, LogIndex match) {
  return {.term = Term{term}, .success = true, .match = match};
}

// --- §3.3 Raft basics ---

TEST(Section_3_3, AServerStartsAsFollower) {
  LoneServer s;
  EXPECT_EQ(s.raft().role(), Role::kFollower);
  EXPECT_EQ(s.raft().leader(), std::nullopt);
}

TEST(Section_3_3, AServerThatSeesALaterTermAdoptsIt) {
  LoneServer s(without_pre_vote());
  s.lead();
  s.receive(2, AppendEntriesResponse{.term = Term{7}, .success = false});
  EXPECT_EQ(s.raft().role(), Role::kFollower);
  EXPECT_EQ(s.raft().term(), Term{7});
  EXPECT_EQ(s.raft().hard_state().voted_for, std::nullopt);
}

TEST(Section_3_3, ARequestOfAnEarlierTermIsRefused) {
  LoneServer s(LoneServer::config(), LoneServer::log_of({1, 5}));
  s.receive(2, append(4, {2, Term{5}}, {}, 0));
  const auto sent = s.sent<AppendEntriesResponse>();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_FALSE(sent[0].second.success);
  EXPECT_EQ(sent[0].second.term, Term{5});
  EXPECT_EQ(s.raft().leader(), std::nullopt);
}

// --- §3.4 Leader election ---

TEST(Section_3_4, AFollowerThatHearsOfNoLeaderStartsAnElection) {
  LoneServer s(without_pre_vote());
  s.time_out();
  EXPECT_EQ(s.raft().role(), Role::kCandidate);
  EXPECT_EQ(s.raft().hard_state(), (HardState{Term{1}, NodeId{1}}));
}

TEST(Section_3_4, ElectionTimeoutsAreDrawnFromAFixedInterval) {
  std::set<int64_t> timeouts;
  for (uint64_t entropy = 0; entropy < 100; ++entropy) {
    LoneServer s(LoneServer::config(), {}, entropy);
    const Duration timeout = s.raft().next_deadline() - NodeTime{};
    EXPECT_GE(timeout, s.raft().config().election_timeout);
    EXPECT_LT(timeout, 2 * s.raft().config().election_timeout);
    timeouts.insert(timeout.count());
  }
  EXPECT_GT(timeouts.size(), 95u);
}

TEST(Section_3_4, ACandidateWinsWithTheVotesOfAMajority) {
  Config config = LoneServer::config(5);
  config.pre_vote = false;
  LoneServer s(config);
  s.time_out();
  s.persist();
  s.receive(2, RequestVoteResponse{false, Term{1}, Term{1}, true});
  s.receive(2, RequestVoteResponse{false, Term{1}, Term{1}, true});  // counts once
  EXPECT_EQ(s.raft().role(), Role::kCandidate);
  s.receive(4, RequestVoteResponse{false, Term{1}, Term{1}, true});
  EXPECT_EQ(s.raft().role(), Role::kLeader);
}

TEST(Section_3_4, ACandidateReturnsToFollowerWhenAMajorityRefuses) {
  LoneServer s(without_pre_vote());
  s.time_out();
  s.persist();
  for (const uint32_t voter : {2, 3}) {
    s.receive(voter, RequestVoteResponse{false, Term{1}, Term{1}, false});
  }
  EXPECT_EQ(s.raft().role(), Role::kFollower);
}

TEST(Section_3_4, ACandidateReturnsToFollowerWhenALeaderOfItsTermAppears) {
  LoneServer s(without_pre_vote());
  s.time_out();
  s.receive(2, append(1, {}, {1}, 0));
  EXPECT_EQ(s.raft().role(), Role::kFollower);
  EXPECT_EQ(s.raft().leader(), NodeId{2});
}

TEST(Section_3_4, OnlyALeaderOrAGrantedVoteSetsTheTimerBack) {
  LoneServer s(without_pre_vote(), LoneServer::log_of({3}));
  const NodeTime due = s.raft().next_deadline();
  s.pass(50ms);
  s.receive(2, RequestVote{.term = Term{4}, .last = {}});  // refused: its log is behind
  s.receive(3, append(2, {}, {}, 0));                      // refused: its term is over
  EXPECT_EQ(s.raft().term(), Term{4});
  EXPECT_EQ(s.raft().next_deadline(), due);
  s.receive(3, RequestVote{.term = Term{4}, .last = {1, Term{3}}});
  EXPECT_GE(s.raft().next_deadline(), s.now() + s.raft().config().election_timeout);
}

TEST(Section_3_4, ALeaderSendsHeartbeatsInIdleTimes) {
  LoneServer s;
  s.lead();
  s.time_out();
  const auto sent = s.sent<AppendEntries>();
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_TRUE(sent[0].second.entries.empty());
}

// --- §3.5 Log replication ---

TEST(Section_3_5, AFollowerRefusesEntriesWhosePredecessorItLacks) {
  LoneServer s(LoneServer::config(), LoneServer::log_of({1, 1}));
  s.receive(2, append(2, {2, Term{2}}, {2}, 0));
  s.receive(2, append(2, {3, Term{1}}, {2}, 0));
  s.persist();
  for (const auto& [to, response] : s.sent<AppendEntriesResponse>()) EXPECT_FALSE(response.success);
  EXPECT_EQ(s.raft().log().last(), (EntryId{2, Term{1}}));
}

TEST(Section_3_5, AFollowerReplacesEntriesThatConflict) {
  LoneServer s(LoneServer::config(), LoneServer::log_of({1, 2, 2}));
  s.receive(2, append(4, {1, Term{1}}, {1, 4}, 0));
  EXPECT_EQ(s.raft().log().last(), (EntryId{3, Term{4}}));
  EXPECT_TRUE(s.raft().log().contains({2, Term{1}}));
}

TEST(Section_3_5, AFollowerKeepsEntriesBehindARequestThatIsOld) {
  LoneServer s(LoneServer::config(), LoneServer::log_of({1, 1, 1}));
  s.receive(2, append(1, {0, Term{}}, {1}, 0));
  EXPECT_EQ(s.raft().log().last_index(), 3u);
}

TEST(Section_3_5, AFollowerSaysWhereTheConflictingTermBegins) {
  LoneServer s(LoneServer::config(), LoneServer::log_of({1, 4, 4, 4}));
  s.receive(2, append(6, {4, Term{5}}, {6}, 0));
  s.persist();
  const auto sent = s.sent<AppendEntriesResponse>();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].second.hint, (ConflictHint{.term = Term{4}, .first_index = 2}));
  EXPECT_EQ(sent[0].second.refused, 4u);
}

TEST(Section_3_5, ALeaderSkipsTheWholeConflictingTerm) {
  LoneServer s(LoneServer::config(), LoneServer::log_of({1, 5, 5, 5, 5}));
  s.lead();
  s.receive(2, AppendEntriesResponse{
                   .term = Term{6}, .refused = 5, .hint = {.term = Term{4}, .first_index = 2}});
  const auto sent = s.sent<AppendEntries>();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].second.prev, (EntryId{1, Term{1}}));
}

TEST(Section_3_5, ALeaderNeverChangesItsLogButByAppending) {
  LoneServer s(LoneServer::config(), LoneServer::log_of({1, 2}));
  s.lead();
  s.propose("x");
  EXPECT_EQ(s.raft().log().last(), (EntryId{4, Term{3}}));
  EXPECT_TRUE(s.raft().log().contains({2, Term{2}}));
}

TEST(Section_3_5, AFollowerCommitsNoMoreThanTheRequestVerified) {
  LoneServer s(LoneServer::config(), LoneServer::log_of({1, 1, 1, 1}));
  s.receive(2, append(2, {2, Term{1}}, {}, 4));
  EXPECT_EQ(s.raft().commit_index(), 2u);
  EXPECT_EQ(s.applied().size(), 2u);
}

// --- §3.6 Safety ---

TEST(Section_3_6_1, AVoterRefusesACandidateWhoseLogIsBehind) {
  for (const EntryId behind : {EntryId{1, Term{3}}, EntryId{9, Term{2}}}) {
    LoneServer s(LoneServer::config(), LoneServer::log_of({1, 3}));
    s.receive(2, RequestVote{.term = Term{4}, .last = behind});
    s.persist();
    const auto sent = s.sent<RequestVoteResponse>();
    ASSERT_EQ(sent.size(), 1u);
    EXPECT_FALSE(sent[0].second.granted);
  }
}

TEST(Section_3_6_1, AServerVotesOnceInATermAndRepeatsItsAnswer) {
  LoneServer s;
  s.receive(2, RequestVote{.term = Term{1}});
  s.persist();
  s.receive(3, RequestVote{.term = Term{1}});
  s.receive(2, RequestVote{.term = Term{1}});
  const auto sent = s.sent<RequestVoteResponse>();
  ASSERT_EQ(sent.size(), 3u);
  EXPECT_TRUE(sent[0].second.granted);
  EXPECT_FALSE(sent[1].second.granted);
  EXPECT_TRUE(sent[2].second.granted);
}

TEST(Section_3_6_2, ALeaderCommitsOldEntriesOnlyAlongWithOneOfItsTerm) {
  LoneServer s(LoneServer::config(), LoneServer::log_of({1, 1}));
  s.lead();  // the no-op is entry 3
  s.receive(2, success(2, 2));
  EXPECT_EQ(s.raft().commit_index(), 0u);
  s.receive(2, success(2, 3));
  EXPECT_EQ(s.raft().commit_index(), 3u);
}

// --- §3.8 Persisted state ---

TEST(Section_3_8, AVoteIsAnsweredWhenItIsDurable) {
  LoneServer s;
  s.receive(2, RequestVote{.term = Term{1}});
  EXPECT_TRUE(s.sent<RequestVoteResponse>().empty());
  s.persist();
  EXPECT_EQ(s.sent<RequestVoteResponse>().size(), 1u);
}

TEST(Section_3_8, EntriesAreAcknowledgedWhenTheyAreDurable) {
  LoneServer s;
  s.receive(2, append(1, {}, {1, 1}, 0));
  EXPECT_TRUE(s.sent<AppendEntriesResponse>().empty());
  s.persist();
  const auto sent = s.sent<AppendEntriesResponse>();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].second.match, 2u);
}

TEST(Section_3_8, ACandidateAsksForVotesWhenItsOwnIsDurable) {
  LoneServer s(without_pre_vote());
  s.time_out();
  EXPECT_TRUE(s.sent<RequestVote>().empty());
  s.persist();
  EXPECT_EQ(s.sent<RequestVote>().size(), 2u);
}

TEST(Section_3_8, AVoteThatBecomesDurableTooLateIsNotSent) {
  LoneServer s;
  s.receive(2, RequestVote{.term = Term{1}});
  s.receive(3, append(2, {}, {}, 0));
  s.persist();
  EXPECT_TRUE(s.sent<RequestVoteResponse>().empty());
  EXPECT_EQ(s.raft().stale_completions(), 1u);
}

// --- §4.2.3 Disruptive servers ---

TEST(Section_4_2_3, AServerThatHearsALeaderNeitherVotesNorRaisesItsTerm) {
  LoneServer s(LoneServer::config(), LoneServer::log_of({1}));
  s.receive(2, append(1, {1, Term{1}}, {}, 0));
  s.pass(100ms);
  s.receive(3, RequestVote{.term = Term{9}, .last = {5, Term{8}}});
  EXPECT_EQ(s.raft().term(), Term{1});
  s.pass(100ms);
  s.receive(3, RequestVote{.term = Term{9}, .last = {5, Term{8}}});
  EXPECT_EQ(s.raft().term(), Term{9});
}

TEST(Section_4_2_3, ALeaderIsNotDisturbedByACandidate) {
  LoneServer s;
  s.lead();
  s.receive(3, RequestVote{.term = Term{9}, .last = {5, Term{8}}});
  EXPECT_TRUE(s.raft().leads());
}

// --- §6.2 Leaders without a quorum, §6.4 no-op ---

TEST(Section_6_2, ALeaderThatAQuorumDoesNotAnswerStepsDown) {
  LoneServer s;
  s.lead();
  s.pass(s.raft().config().election_timeout);
  s.tick();
  EXPECT_EQ(s.raft().role(), Role::kFollower);
}

TEST(Section_6_2, ALeaderThatAQuorumAnswersStays) {
  LoneServer s;
  s.lead();
  for (int i = 0; i < 10; ++i) {
    s.pass(100ms);
    s.receive(3, success(1, 0));
    s.tick();
  }
  EXPECT_TRUE(s.raft().leads());
}

TEST(Section_6_4, ALeaderBeginsItsTermWithANoOp) {
  LoneServer s;
  s.lead();
  EXPECT_EQ(s.raft().log().at(1).kind, EntryKind::kNoOp);
  EXPECT_EQ(s.raft().log().at(1).term, Term{1});
}

// --- §9.6 PreVote ---

TEST(Section_9_6, AServerAsksBeforeItRaisesItsTerm) {
  LoneServer s;
  s.time_out();
  EXPECT_EQ(s.raft().role(), Role::kPreCandidate);
  EXPECT_EQ(s.raft().term(), Term{0});
  const auto sent = s.sent<RequestVote>();
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_TRUE(sent[0].second.pre_vote);
  EXPECT_EQ(sent[0].second.term, Term{1});
}

TEST(Section_9_6, APreVoteChangesNothingAtTheVoter) {
  LoneServer s;
  const NodeTime due = s.raft().next_deadline();
  s.receive(2, RequestVote{.pre_vote = true, .term = Term{5}});
  const auto sent = s.sent<RequestVoteResponse>();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_TRUE(sent[0].second.granted);
  EXPECT_EQ(s.raft().hard_state(), HardState{});
  EXPECT_EQ(s.raft().next_deadline(), due);
}

TEST(Section_9_6, VotesAndPreVotesAreNotTakenForEachOther) {
  LoneServer s;
  s.time_out();
  s.receive(2, RequestVoteResponse{false, Term{0}, Term{1}, true});
  EXPECT_EQ(s.raft().role(), Role::kPreCandidate);
  s.receive(2, RequestVoteResponse{true, Term{0}, Term{1}, true});
  ASSERT_EQ(s.raft().role(), Role::kCandidate);
  s.persist();
  s.receive(2, RequestVoteResponse{true, Term{0}, Term{1}, true});
  s.receive(3, RequestVoteResponse{true, Term{0}, Term{1}, true});
  EXPECT_EQ(s.raft().role(), Role::kCandidate);
}

TEST(Section_9_6, AnAnswerToAnEarlierElectionDoesNotCount) {
  LoneServer s(without_pre_vote());
  s.time_out();
  s.persist();
  s.time_out();
  s.persist();
  ASSERT_EQ(s.raft().term(), Term{2});
  s.receive(2, RequestVoteResponse{false, Term{1}, Term{1}, true});
  EXPECT_EQ(s.raft().role(), Role::kCandidate);
}

TEST(Section_9_6, AVoterOfALowerTermMayGrantAPreVote) {
  LoneServer s(LoneServer::config(), LoneServer::log_of({5}));
  s.time_out();
  s.receive(3, RequestVoteResponse{true, Term{1}, Term{6}, true});
  EXPECT_EQ(s.raft().role(), Role::kCandidate);
}

TEST(Section_9_6, ARefusalFromAHigherTermBringsAPreCandidateUpToDate) {
  LoneServer s;
  s.time_out();
  s.receive(2, RequestVoteResponse{true, Term{5}, Term{1}, false});
  EXPECT_EQ(s.raft().role(), Role::kFollower);
  EXPECT_EQ(s.raft().term(), Term{5});
}

// --- §10.2.1 Writing in parallel, pipelining ---

TEST(Section_10_2_1, ALeaderSendsEntriesBeforeItsOwnDiskHasThem) {
  LoneServer s;
  s.lead();
  s.receive(2, success(1, 1));
  s.sent<AppendEntries>();
  s.propose("x");
  EXPECT_EQ(s.raft().durable_index(), 1u);
  const auto sent = s.sent<AppendEntries>();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].second.entries[0].data, "x");
}

TEST(Section_10_2_1, AQuorumOfFollowersCommitsWithoutTheLeadersDisk) {
  LoneServer s;
  s.lead();
  s.propose("x");
  s.receive(2, success(1, 2));
  EXPECT_EQ(s.raft().commit_index(), 1u);  // its own copy does not count yet
  s.receive(3, success(1, 2));
  EXPECT_EQ(s.raft().commit_index(), 2u);
}

TEST(Section_10_2_1, RequestsArePipelinedUpToTheWindow) {
  Config config = LoneServer::config();
  config.window.messages = 2;
  LoneServer s(config);
  s.lead();
  s.receive(2, success(1, 1));
  s.sent<AppendEntries>();
  for (const char* command : {"a", "b", "c"}) s.propose(command);
  const auto sent = s.sent<AppendEntries>();
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_EQ(sent[1].second.prev.index, 2u);
  s.receive(2, success(1, 2));
  EXPECT_EQ(s.sent<AppendEntries>().size(), 1u);
}

TEST(Section_10_2_1, EntriesAreBatchedUpToTheSizeOfAMessage) {
  Config config = LoneServer::config();
  config.max_message_bytes = 20;
  LoneServer s(config);
  s.lead();
  for (int i = 0; i < 5; ++i) s.propose(std::string(9, 'x'));
  s.sent<AppendEntries>();
  s.receive(2, success(1, 1));
  const auto sent = s.sent<AppendEntries>();
  ASSERT_EQ(sent.size(), 3u);
  EXPECT_EQ(sent[0].second.entries.size(), 2u);
  EXPECT_EQ(sent[2].second.entries.size(), 1u);
}

TEST(BackPressure, ALeaderAcceptsABoundedAmountAheadOfCommitment) {
  Config config = LoneServer::config();
  config.max_uncommitted_bytes = 10;
  LoneServer s(config);
  s.lead();
  EXPECT_TRUE(s.propose(std::string(100, 'x')));  // one command always fits
  EXPECT_FALSE(s.propose("y"));
  s.persist();
  s.receive(2, success(1, 2));
  EXPECT_TRUE(s.propose("y"));
}

TEST(Heartbeats, AreAnsweredAtOnceWithWhatIsDurable) {
  LoneServer s;
  s.receive(2, append(1, {}, {}, 0));
  s.persist();
  s.receive(2, append(1, {}, {1}, 0));
  s.sent<AppendEntriesResponse>();
  s.receive(2, append(1, {1, Term{1}}, {}, 0));
  const auto sent = s.sent<AppendEntriesResponse>();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_TRUE(sent[0].second.success);
  EXPECT_EQ(sent[0].second.match, 0u);
}

TEST(Raft, IsAValue) {
  LoneServer s;
  s.lead();
  Raft copy = s.raft();
  EXPECT_EQ(copy, s.raft());
  EXPECT_EQ(copy.fingerprint(), s.raft().fingerprint());
  copy.propose(s.now(), "x");
  EXPECT_NE(copy, s.raft());
  EXPECT_NE(copy.fingerprint(), s.raft().fingerprint());
  s.raft().propose(s.now(), "x");
  EXPECT_EQ(copy, s.raft());
  EXPECT_EQ(copy.take_ready(), s.raft().take_ready());
}

TEST(Raft, ASingleServerLeadsAlone) {
  LoneServer s(LoneServer::config(1));
  s.lead();
  ASSERT_TRUE(s.raft().leads());
  s.propose("x");
  EXPECT_EQ(s.raft().commit_index(), 1u);
  s.persist();
  EXPECT_EQ(s.raft().commit_index(), 2u);
}

// §4.1: the leader may know a later configuration, in which it is no stranger.
TEST(Membership, FollowsALeaderThatIsNotInItsConfiguration) {
  LoneServer s;
  s.receive(9, append(5, {}, {5}, 0));
  EXPECT_EQ(s.raft().term(), Term{5});
  EXPECT_EQ(s.raft().leader(), NodeId{9});
}

}  // namespace
}  // namespace seedbed::raft

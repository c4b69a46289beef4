// Elections with and without PreVote (§9.6) and CheckQuorum (§6.2, and §4.2.3 with it), in all four
// combinations and in clusters that mix them; after etcd's tests and the issues behind them. What
// each combination promises stands in the README.
#include <gtest/gtest.h>

#include "tests/raft/small_network.h"

namespace seedbed::raft {
namespace {

Config config(bool pre_vote, bool check_quorum) {
  Config config;
  config.pre_vote = pre_vote;
  config.check_quorum = check_quorum;
  return config;
}

// Far more than a cluster takes that elects anybody at all.
constexpr Duration kLong = 10s;

// Every mix of the four in three servers.
std::vector<std::vector<Config>> mixed_clusters() {
  std::vector<std::vector<Config>> mixes;
  for (uint32_t mix = 0; mix < 64; ++mix) {
    std::vector<Config> configs;
    for (uint32_t bits = mix; configs.size() < 3; bits /= 4) {
      configs.push_back(config((bits & 1) != 0, (bits & 2) != 0));
    }
    mixes.push_back(configs);
  }
  return mixes;
}

std::string name_of(const std::vector<Config>& configs) {
  std::string name;
  for (const Config& one : configs) {
    name += one.pre_vote ? "P" : "-";
    name += one.check_quorum ? "Q " : "- ";
  }
  return name;
}

class Elections : public ::testing::TestWithParam<std::pair<bool, bool>> {
 protected:
  bool pre_vote() const { return GetParam().first; }
  bool check_quorum() const { return GetParam().second; }
  SmallNetwork cluster(uint32_t servers) const {
    return {servers, config(pre_vote(), check_quorum())};
  }
};

INSTANTIATE_TEST_SUITE_P(Every, Elections,
                         ::testing::Values(std::pair(true, true), std::pair(true, false),
                                           std::pair(false, true), std::pair(false, false)),
                         [](const auto& info) {
                           return std::string(info.param.first ? "PreVote" : "NoPreVote") +
                                  (info.param.second ? "CheckQuorum" : "NoCheckQuorum");
                         });

TEST_P(Elections, FindALeader) {
  for (const uint32_t servers : {1u, 2u, 3u, 4u, 5u}) {
    SmallNetwork network = cluster(servers);
    network.pass(kLong);
    EXPECT_TRUE(network.works()) << servers;
  }
}

// Nobody hears the old leader, and it does not know.
TEST_P(Elections, FindAnotherLeader) {
  SmallNetwork network = cluster(3);
  network.time_out(1);
  network.isolate(1);
  network.pass(kLong);
  EXPECT_EQ(network.at(1).leads(), !check_quorum());
  EXPECT_TRUE(network.at(2).leads() || network.at(3).leads());
  network.heal();
  network.pass(kLong);
  EXPECT_TRUE(network.works());
}

// etcd issues 5451 and 5468: a server in a later term than the leader, whom the others ignore.
TEST_P(Elections, BringAServerBackThatIsStuckInALaterTerm) {
  SmallNetwork network = cluster(3);
  network.time_out(1);
  ASSERT_TRUE(network.works());
  Persisted later{.hard_state = {.term = Term{17}, .voted_for = NodeId{3}}, .entries = {}};
  for (const Entry& entry : network.at(3).log().slice(1, 1)) later.entries.push_back(entry);
  network.start(3, later);
  network.pass(kLong);
  EXPECT_TRUE(network.works());
  EXPECT_GE(network.terms()[0], 18u);
}

// The same with a log that is too old to win.
TEST_P(Elections, BringAServerBackThatIsStuckWithAnOldLog) {
  SmallNetwork network = cluster(3);
  network.time_out(1);
  network.isolate(3);
  for (int i = 0; i < 5; ++i) network.propose(1);
  network.start(3, {.hard_state = {.term = Term{17}, .voted_for = std::nullopt}, .entries = {}});
  network.heal();
  network.pass(kLong);
  EXPECT_TRUE(network.works());
  EXPECT_NE(network.leader(), 3u);
}

// §9.6: who comes back disturbs nobody, if it asks first. Otherwise its term deposes the leader,
// once: also with CheckQuorum, by which its requests are ignored, the leader finds it in a later
// term and must bring it back.
TEST_P(Elections, AreDisturbedByWhoeverComesBackOnlyWithoutPreVote) {
  SmallNetwork network = cluster(3);
  network.time_out(1);
  network.pass(100ms);
  const auto terms = network.terms();
  network.isolate(3);
  network.pass(2s);
  EXPECT_EQ(network.leader(), 1u);
  EXPECT_EQ(network.terms()[2] > terms[2], !pre_vote());
  network.heal();
  network.pass(kLong);
  EXPECT_TRUE(network.works());
  EXPECT_EQ(network.elections() == 1, pre_vote());
  EXPECT_EQ(network.terms() == terms, pre_vote());
}

// §4.2.3 goes with CheckQuorum: a request for votes does not depose a leader that is heard.
TEST_P(Elections, AreHeldAgainstALeaderThatIsHeardOnlyWithoutCheckQuorum) {
  SmallNetwork network = cluster(3);
  network.time_out(1);
  network.pass(100ms);
  // Server 3 speaks, and hears nothing.
  network.cut_one_way(1, 3);
  network.cut_one_way(2, 3);
  network.pass(kLong);
  const bool quiet = pre_vote() || check_quorum();
  EXPECT_EQ(network.elections() == 1, quiet);
  EXPECT_EQ(network.leader() == 1u && network.terms()[0] == 1, quiet);
}

// etcd issue 8243: the leader is gone, and of the two that are left one was away for long.
TEST(MixedElections, AreWonWithTheVoteOfAServerThatWasLeftBehind) {
  for (const auto& configs : mixed_clusters()) {
    SmallNetwork network(configs);
    network.time_out(1);
    network.pass(100ms);
    network.isolate(3);
    for (const uint32_t next : {2, 1, 2, 1}) {
      network.pass(20ms);
      network.transfer(network.leader().value_or(1), next);
      network.pass(1s);
    }
    network.stop(2);
    network.heal();
    network.pass(kLong);
    EXPECT_TRUE(network.works()) << name_of(configs);
  }
}

// etcd issue 8501: a cluster that goes over to PreVote while one server is a candidate in a later
// term, with an old log, and the leader fails.
TEST(MixedElections, EndAlsoIfAStuckCandidateIsNeeded) {
  for (const auto& configs : mixed_clusters()) {
    for (const uint32_t lost : {1, 2}) {
      SmallNetwork network(configs);
      network.time_out(1);
      network.isolate(3);
      network.propose(1);
      network.propose(1);
      Persisted later{.hard_state = {.term = Term{9}, .voted_for = NodeId{3}}, .entries = {}};
      network.start(3, later);
      network.stop(lost);
      network.heal();
      network.pass(kLong);
      EXPECT_TRUE(network.works()) << name_of(configs) << "without server " << lost;
      EXPECT_NE(network.leader(), 3u) << "its log is too old";
    }
  }
}

// Servers that know no leader any more would vote for another (etcd issue 8498, and its
// ForgetLeader). Here a follower forgets when its PreVotes are refused.
TEST(MixedElections, AreWonOnlyIfAMajorityHasForgottenTheLeader) {
  for (const uint32_t forgetting : {2u, 3u}) {
    SmallNetwork network(5, config(true, true));
    network.time_out(1);
    network.pass(60ms);
    ASSERT_TRUE(network.works());
    for (uint32_t id = 6 - forgetting; id <= 5; ++id) {
      network.time_out(id);
      if (id < 5) {
        EXPECT_EQ(network.at(id).leader(), std::nullopt);
      }
    }
    // The last of them has asked when all before it had forgotten.
    const bool elected = forgetting == 3;
    EXPECT_EQ(network.elections(), elected ? 2u : 1u);
    EXPECT_EQ(network.terms()[0], elected ? 2u : 1u);
    network.pass(kLong);
    EXPECT_TRUE(network.works());
  }
}

// --- Links that stay lost ---

// "Raft does not guarantee liveness in the face of network faults" (decentralizedthoughts, 2020):
// 4 reaches only 2, 5 reaches only 3, and 4 leads.
SmallNetwork thoughts(const Config& config) {
  SmallNetwork network(5, config);
  network.time_out(4);
  network.pass(60ms);
  for (const uint32_t other : {1, 3, 5}) network.cut(4, other);
  for (const uint32_t other : {1, 2}) network.cut(5, other);
  network.pass(kLong);
  return network;
}

TEST_P(Elections, FindALeaderThatStaysAmongThoseWhoReachAMajority) {
  SmallNetwork network = thoughts(config(pre_vote(), check_quorum()));
  const uint64_t elections = network.elections();
  const auto terms = network.terms();
  const LogIndex commit = network.at(2).commit_index();
  network.propose(network.leader().value_or(4));
  network.pass(kLong);
  const bool stays = network.leader() && *network.leader() <= 3;
  if (pre_vote() || check_quorum()) {
    EXPECT_TRUE(stays);
    EXPECT_GT(network.at(2).commit_index(), commit);
    EXPECT_EQ(network.elections(), elections);
    EXPECT_EQ(network.terms() == terms, pre_vote()) << "those who do not hear it";
  } else {
    EXPECT_GT(network.elections(), elections + 10) << "whoever leads is deposed";
  }
}

// OmniPaxos' "quorum loss": only server 1 reaches a majority, and hears the leader that lost it.
TEST_P(Elections, DeposeALeaderWithoutAMajorityOnlyWithCheckQuorum) {
  SmallNetwork network = cluster(5);
  network.time_out(3);
  network.pass(60ms);
  for (uint32_t one = 2; one <= 5; ++one) {
    for (uint32_t other = one + 1; other <= 5; ++other) network.cut(one, other);
  }
  network.pass(kLong);
  if (check_quorum()) {
    EXPECT_EQ(network.leader(), 1u);
  } else {
    EXPECT_EQ(network.at(3).leads(), pre_vote());
  }
}

// A leader that others hear and that hears nobody: who keeps it in office?
TEST_P(Elections, DeposeADeafLeaderOnlyWithCheckQuorum) {
  SmallNetwork network = cluster(3);
  network.time_out(1);
  network.pass(60ms);
  for (const uint32_t other : {2, 3}) network.cut_one_way(other, 1);
  network.pass(kLong);
  EXPECT_EQ(network.at(1).leads(), !check_quorum());
  EXPECT_EQ(network.elections() > 1, check_quorum());
}

// OmniPaxos' "chained": who does not hear the leader is heard by somebody who does. In a ring of
// five, everybody has such neighbours.
TEST_P(Elections, GoOnForEverInARingOnlyWithoutBoth) {
  SmallNetwork network = cluster(5);
  network.time_out(1);
  network.pass(60ms);
  for (uint32_t id = 1; id <= 5; ++id) network.cut(id, (id + 1) % 5 + 1);
  network.pass(kLong);
  const uint64_t before = network.elections();
  network.pass(kLong);
  EXPECT_EQ(network.elections() > before, !pre_vote() && !check_quorum());
}

// OmniPaxos' "constrained election": whoever reaches a majority is behind. Nothing helps (RAFT-L1).
TEST_P(Elections, CannotBeWonByTheOnlyOneThatReachesAMajorityIfItIsBehind) {
  SmallNetwork network = cluster(5);
  network.time_out(3);
  network.pass(60ms);
  network.isolate(1);
  network.propose(3);
  network.pass(60ms);
  for (uint32_t one = 2; one <= 5; ++one) {
    for (uint32_t other = one + 1; other <= 5; ++other) network.cut(one, other);
  }
  network.pass(kLong);
  network.heal();
  for (uint32_t one = 2; one <= 5; ++one) {
    for (uint32_t other = one + 1; other <= 5; ++other) network.cut(one, other);
  }
  const LogIndex committed = network.committed();
  network.propose(3);
  network.pass(kLong);
  EXPECT_NE(network.leader(), 1u);
  EXPECT_EQ(network.committed(), committed);
}

}  // namespace
}  // namespace seedbed::raft

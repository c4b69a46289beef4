#include "protocols/raft/configuration.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/random.h"

namespace seedbed::raft {
namespace {

constexpr NodeId kA{1}, kB{2}, kC{3}, kD{4}, kE{5};

bool holds(const Configuration& configuration, std::set<NodeId> ids) {
  return configuration.is_quorum([&](NodeId id) { return ids.contains(id); });
}

TEST(Configuration, NeedsAMajority) {
  const Configuration three{.voters = {kA, kB, kC}};
  EXPECT_TRUE(holds(three, {kA, kC}));
  EXPECT_FALSE(holds(three, {kA, kD, kE}));
  EXPECT_FALSE(holds(Configuration{.voters = {kA, kB, kC, kD}}, {kA, kB}));
  EXPECT_FALSE(holds(Configuration{}, {kA, kB}));
}

// §4.3: agreement needs separate majorities of both.
TEST(Configuration, NeedsAMajorityOfBothWhileItIsJoint) {
  const Configuration joint{.voters = {kC, kD, kE}, .outgoing = {kA, kB, kC}};
  EXPECT_FALSE(holds(joint, {kC, kD, kE}));
  EXPECT_FALSE(holds(joint, {kA, kB, kC}));
  EXPECT_TRUE(holds(joint, {kB, kC, kD}));
  EXPECT_TRUE(joint.is_lost([](NodeId id) { return id == kA || id == kB; }));
}

TEST(Configuration, TellsHowFarAQuorumHasCome) {
  const auto value = [](NodeId id) { return uint64_t{10} * number(id); };
  EXPECT_EQ((Configuration{.voters = {kA, kB, kC}}.held_by_quorum(value)), 20u);
  EXPECT_EQ((Configuration{.voters = {kA, kB, kC, kD}}.held_by_quorum(value)), 20u);
  EXPECT_EQ((Configuration{.voters = {kD, kE}, .outgoing = {kA, kB, kC}}.held_by_quorum(value)),
            20u);
  EXPECT_EQ(Configuration{}.held_by_quorum(value), 0u);
}

TEST(Configuration, IsQuorumAndHeldByQuorumAgree) {
  Random random(5);
  for (int round = 0; round < 20'000; ++round) {
    Configuration c;
    uint64_t values[10] = {};
    for (uint32_t id = 1; id < 10; ++id) {
      if (random.chance(400)) c.voters.push_back(NodeId{id});
      if (random.chance(200)) c.outgoing.push_back(NodeId{id});
      values[id] = random.below(5);
    }
    const uint64_t held = c.held_by_quorum([&](NodeId id) { return values[number(id)]; });
    for (uint64_t v = 1; v < 6; ++v) {
      EXPECT_EQ(c.is_quorum([&](NodeId id) { return values[number(id)] >= v; }), v <= held);
    }
  }
}

TEST(MembershipChange, GoesByLearnersAndJointConsensus) {
  const Configuration start{.voters = {kA, kB, kC}};
  const MembershipChange change{.add = {kD}, .remove = {kA}};
  const auto first = with_learners(start, change);
  ASSERT_TRUE(first);
  EXPECT_EQ(*first, (Configuration{.voters = {kA, kB, kC}, .learners = {kD}}));
  EXPECT_FALSE(with_learners(*first, change));  // nobody is missing any more
  EXPECT_FALSE(changed_at_once(*first, change));
  const auto second = joint(*first, change);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->voters, (std::vector<NodeId>{kB, kC, kD}));
  EXPECT_EQ(second->outgoing, (std::vector<NodeId>{kA, kB, kC}));
  EXPECT_FALSE(joint(*second, {.add = {kE}}));  // one at a time
  const Configuration last = without_outgoing(*second);
  EXPECT_EQ(last, (Configuration{.voters = {kB, kC, kD}, .removed = {kA}}));
  EXPECT_FALSE(joint(last, {.add = {kA}}));  // an id never comes back
}

TEST(MembershipChange, OfOneVoterNeedsNoJointConsensus) {
  const Configuration start{.voters = {kA, kB, kC}, .learners = {kD}};
  EXPECT_TRUE(changed_at_once(start, {.add = {kD}}));
  EXPECT_TRUE(changed_at_once(start, {.demote = {kA}}));
  EXPECT_FALSE(changed_at_once(start, {.add = {kD}, .demote = {kA}}));
}

TEST(MembershipChange, ThatMakesNoSenseIsRefused) {
  const Configuration one{.voters = {kA}, .learners = {kB}};
  EXPECT_FALSE(joint(one, {.remove = {kA}}));  // nobody would vote
  EXPECT_FALSE(joint(one, {.demote = {kB}}));
  EXPECT_FALSE(joint(one, {.remove = {kC}}));
  EXPECT_FALSE(joint(one, {.add = {kA}}));  // nothing would change
  EXPECT_FALSE(joint(one, {}));
}

TEST(Configuration, IsReadAsItWasWritten) {
  const Configuration configuration{
      .voters = {kA, kC}, .outgoing = {kB, kC}, .learners = {kD}, .removed = {kE}};
  const std::string bytes = encode(configuration);
  EXPECT_EQ(decode_configuration(bytes), configuration);
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(decode_configuration(bytes.substr(0, size)));
  }
  EXPECT_FALSE(decode_configuration(bytes + "x"));
  EXPECT_FALSE(decode_configuration(encode({.voters = {kB, kA}})));  // out of order
}

}  // namespace
}  // namespace seedbed::raft

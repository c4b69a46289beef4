#include "protocols/raft/progress.h"

#include <gtest/gtest.h>

namespace seedbed::raft {
namespace {

const WindowLimits kLimits{.messages = 2, .bytes = 100};

Progress probing(LogIndex leader_last) { return {NodeId{2}, leader_last, NodeTime{}}; }

TEST(Progress, ProbesWithOneRequestAtATime) {
  Progress progress = probing(5);
  EXPECT_TRUE(progress.may_send(kLimits));
  progress.sent(7, 10);
  EXPECT_FALSE(progress.may_send(kLimits));
  EXPECT_EQ(progress.next(), 6u);
}

TEST(Progress, RunsAheadOnceTheLogsAgree) {
  Progress progress = probing(5);
  progress.acknowledged(5);
  progress.sent(6, 10);
  progress.sent(7, 10);
  EXPECT_EQ(progress.next(), 8u);
  EXPECT_FALSE(progress.may_send(kLimits));
  progress.acknowledged(6);
  EXPECT_TRUE(progress.may_send(kLimits));
}

TEST(Progress, TheWindowIsAlsoBoundedInBytes) {
  Progress progress = probing(5);
  progress.acknowledged(5);
  progress.sent(6, 100);
  EXPECT_FALSE(progress.may_send(kLimits));
}

TEST(Progress, AnOldAcknowledgementTakesNothingBack) {
  Progress progress = probing(5);
  progress.acknowledged(5);
  progress.acknowledged(3);
  EXPECT_EQ(progress.match(), 5u);
}

TEST(Progress, ARefusalThatIsOlderThanAnAcknowledgementIsNotBelieved) {
  Progress progress = probing(5);
  progress.acknowledged(5);
  EXPECT_FALSE(progress.believes(5));
  EXPECT_TRUE(progress.believes(6));
}

TEST(Progress, WhileProbingOnlyTheAnswerToTheProbeIsBelieved) {
  Progress progress = probing(5);
  EXPECT_TRUE(progress.believes(5));
  EXPECT_FALSE(progress.believes(4));
  progress.refused(3);
  EXPECT_EQ(progress.next(), 3u);
  EXPECT_TRUE(progress.believes(2));
}

// A disk that forgets what it acknowledged must not start an exchange at the speed of the network.
TEST(Progress, DoesNotChaseAFollowerBelowWhatItAcknowledged) {
  Progress progress = probing(5);
  progress.acknowledged(5);
  progress.sent(7, 10);
  ASSERT_TRUE(progress.believes(7));
  progress.refused(2);
  EXPECT_EQ(progress.next(), 6u);
  progress.sent(7, 10);
  EXPECT_FALSE(progress.believes(5));
  EXPECT_FALSE(progress.may_send(kLimits));
}

}  // namespace
}  // namespace seedbed::raft

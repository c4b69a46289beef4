#include "protocols/raft/log_clock.h"

#include <gtest/gtest.h>

namespace seedbed::raft {
namespace {

constexpr NodeTime kThen(10h);  // no server's clock means anything to another

TEST(LogClock, CountsFromTheTimeThatTheLogHadReachedWhenTheTermBegan) {
  LogClock clock;
  EXPECT_EQ(clock.read(Term{3}, LogTime(5s), kThen), LogTime(5s));
  EXPECT_EQ(clock.read(Term{3}, LogTime(5s), kThen + 20ms), LogTime(5s + 20ms));
  // What it has applied since then was written by itself.
  EXPECT_EQ(clock.read(Term{3}, LogTime(5s + 20ms), kThen + 50ms), LogTime(5s + 50ms));
}

TEST(LogClock, StandsStillBetweenTwoLeaders) {
  LogClock clock;
  clock.read(Term{3}, LogTime(5s), kThen);
  EXPECT_EQ(clock.read(Term{5}, LogTime(6s), kThen + 1h), LogTime(6s));
}

}  // namespace
}  // namespace seedbed::raft

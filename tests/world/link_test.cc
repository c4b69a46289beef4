#include "sim/world/link.h"

#include <gtest/gtest.h>

namespace seedbed {
namespace {

TEST(Link, AddsTroublesUpAndTakesEachAwayAgain) {
  Link link;
  link.add({.loss_permille = 300, .extra_latency = 5ms});
  link.add({.loss_permille = 300, .extra_latency = 20ms});
  EXPECT_EQ(link.extra_latency(), 25ms);
  EXPECT_TRUE(link.loss().holds(uint64_t{(uint64_t{599} << 32) / 1000} << 32));
  EXPECT_FALSE(link.loss().holds(uint64_t{(uint64_t{601} << 32) / 1000} << 32));
  link.remove({.loss_permille = 300, .extra_latency = 5ms});
  EXPECT_EQ(link.extra_latency(), 20ms);
  EXPECT_FALSE(link.loss().holds(uint64_t{(uint64_t{301} << 32) / 1000} << 32));
  link.remove({.loss_permille = 300, .extra_latency = 20ms});
  EXPECT_TRUE(link.loss().never());
}

TEST(Link, LosesEverythingAtMost) {
  Link link;
  link.add({.loss_permille = 800});
  link.add({.loss_permille = 800});
  EXPECT_TRUE((link.loss() + Ratio::permille(900)).holds(~uint64_t{0}));
  link.remove({.loss_permille = 800});
  EXPECT_FALSE(link.loss().holds(~uint64_t{0}));
}

TEST(Link, LetsThroughWhatItsNarrowestPartDoes) {
  Link link;
  link.add({.mtu = 100});
  link.add({.mtu = 60});
  link.add({.mtu = 100});
  EXPECT_TRUE(link.too_large(61));
  link.remove({.mtu = 60});
  EXPECT_FALSE(link.too_large(100));
  EXPECT_TRUE(link.too_large(101));
  link.remove({.mtu = 100});
  link.remove({.mtu = 100});
  EXPECT_FALSE(link.limited());
}

TEST(Link, QueuesMessagesBehindEachOtherBySize) {
  Link link;
  link.add({.bytes_per_second = 1000});
  EXPECT_EQ(link.enqueue(50, kStart, 100), Duration(50ms));
  EXPECT_EQ(link.enqueue(20, kStart, 100), Duration(70ms));
  EXPECT_EQ(link.enqueue(40, kStart, 100), std::nullopt);
  EXPECT_EQ(link.enqueue(40, kStart + 60ms, 100), Duration(50ms));
  EXPECT_EQ(link.enqueue(900, kStart + 1s, 100), Duration(900ms));  // nobody waits: it goes through
  link.add({.bytes_per_second = 1000});
  EXPECT_EQ(link.enqueue(10, kStart + 9s, 100), Duration(20ms));  // two hops
}

}  // namespace
}  // namespace seedbed

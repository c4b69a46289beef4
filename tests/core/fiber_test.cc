#include "sim/core/fiber.h"

#include <gtest/gtest.h>

namespace seedbed {
namespace {

TEST(Fiber, RunsUntilItSuspendsAndGoesOnWhereItStopped) {
  StackPool stacks({.limit = 4, .base = 0});
  int step = 0;
  Fiber fiber(
      stacks,
      [](void* argument) {
        int& step = *static_cast<int*>(argument);
        step = 1;
        Fiber::suspend();
        step = 2;
      },
      &step);
  EXPECT_FALSE(fiber.started());
  EXPECT_EQ(step, 0);
  fiber.resume();
  EXPECT_EQ(step, 1);
  EXPECT_FALSE(fiber.finished());
  fiber.resume();
  EXPECT_EQ(step, 2);
  EXPECT_TRUE(fiber.finished());
  EXPECT_EQ(Fiber::current(), nullptr);
}

}  // namespace
}  // namespace seedbed

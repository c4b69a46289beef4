// Tasks that are used again: what a body holds, and how it ends, must not depend on it.
#include <gtest/gtest.h>

#include <array>
#include <memory>

#include "sim/core/scheduler.h"

namespace seedbed {
namespace {

class TaskTest : public ::testing::Test {
 protected:
  void TearDown() override { group.kill(); }

  Choices choices{1};
  StackPool stacks;
  Scheduler scheduler{choices, stacks, {}};
  TaskGroup group{scheduler, "n1"};
  std::vector<std::string> said;

  struct Says {
    std::vector<std::string>& said;
    std::string text;
    ~Says() { said.push_back(text); }
  };
};

struct Then final : Action {
  explicit Then(std::function<void()> what) : what(std::move(what)) {}
  void fire() override { what(); }
  std::function<void()> what;
};

TEST_F(TaskTest, OneStackServesAllThatRunOneAfterTheOther) {
  scheduler.spawn(group, "parent", [&] {
    for (int i = 0; i < 100; ++i) {
      scheduler.spawn(group, "child", [] {});
      scheduler.sleep(1ms);
    }
  });
  EXPECT_EQ(scheduler.run(), RunEnd::kIdle);
  EXPECT_EQ(stacks.mapped(), 2u);
}

TEST_F(TaskTest, ABodyIsGoneAsSoonAsItHasRun) {
  auto held = std::make_shared<int>(7);
  scheduler.spawn(group, "holder", [held] {});
  scheduler.spawn(group, "sees", [&] { EXPECT_EQ(held.use_count(), 1); });
  scheduler.run();
}

TEST_F(TaskTest, BodiesMayBeMoveOnlyOrLarge) {
  std::array<uint64_t, 32> many{};
  many.back() = 9;
  scheduler.spawn(group, "unique", [this, owned = std::make_unique<int>(7)] {
    EXPECT_EQ(*owned, 7);
    said.emplace_back("unique");
  });
  scheduler.spawn(group, "large", [this, many] {
    EXPECT_EQ(many.back(), 9u);
    said.emplace_back("large");
  });
  scheduler.run();
  EXPECT_EQ(said, (std::vector<std::string>{"unique", "large"}));
}

TEST_F(TaskTest, AUsedTaskThatNeverRanIsKilledWithItsBody) {
  auto held = std::make_shared<int>(7);
  scheduler.spawn(group, "first", [] {});
  TaskGroup other(scheduler, "n2");
  Then kill([&] {
    scheduler.spawn(other, "never", [this, held] { said.emplace_back("ran"); });
    other.kill();
    EXPECT_EQ(held.use_count(), 1);
  });
  scheduler.schedule_in(kill, 1ms);
  EXPECT_EQ(scheduler.run(), RunEnd::kIdle);
  EXPECT_EQ(said.size(), 0u);
}

TEST_F(TaskTest, KillingGoesByTheOrderOfSpawningNotOfStacks) {
  scheduler.spawn(group, "a", [] {});  // two tasks to use again, the younger one first
  scheduler.spawn(group, "b", [] {});
  Then spawn([&] {
    for (const char* name : {"c", "d", "e"}) {
      scheduler.spawn(group, name, [this, name] {
        Says says{said, name};
        scheduler.sleep(1h);
      });
    }
  });
  Then kill([&] { group.kill(); });
  scheduler.schedule_in(spawn, 1ms);
  scheduler.schedule_in(kill, 2ms);
  scheduler.run();
  EXPECT_EQ(said, (std::vector<std::string>{"c", "d", "e"}));
}

}  // namespace
}  // namespace seedbed

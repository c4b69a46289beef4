#include "sim/core/scheduler.h"

#include <gtest/gtest.h>

#include "sim/core/future.h"
#include "sim/core/wait.h"

namespace seedbed {
namespace {

class SchedulerTest : public ::testing::Test {
 protected:
  // Tasks that are still suspended at the end of a test are unwound.
  void TearDown() override { group.kill(); }

  Choices choices{1};
  StackPool stacks;
  Scheduler scheduler{choices, stacks, {}};
  TaskGroup group{scheduler, "n1"};
  std::vector<std::string> said;

  void say(std::string text) { said.push_back(std::move(text)); }
};

TEST_F(SchedulerTest, SleepingTasksWakeInOrderOfTime) {
  scheduler.spawn(group, "late", [&] {
    scheduler.sleep(2ms);
    say("late");
  });
  scheduler.spawn(group, "early", [&] {
    scheduler.sleep(1ms);
    say("early");
  });
  EXPECT_EQ(scheduler.run(), RunEnd::kIdle);
  EXPECT_EQ(said, (std::vector<std::string>{"early", "late"}));
  EXPECT_EQ(scheduler.now(), kStart + 2ms);
  EXPECT_EQ(scheduler.tasks_alive(), 0u);
}

TEST_F(SchedulerTest, MailboxesHandOverValuesInOrder) {
  Mailbox<int> box(scheduler, 2);
  scheduler.spawn(group, "receiver", [&] {
    for (int i = 0; i < 2; ++i) say(std::to_string(*box.receive()));
  });
  scheduler.spawn(group, "sender", [&] {
    EXPECT_TRUE(box.push(1));
    EXPECT_TRUE(box.push(2));
    EXPECT_FALSE(box.push(3));
  });
  scheduler.run();
  EXPECT_EQ(said, (std::vector<std::string>{"1", "2"}));
}

TEST_F(SchedulerTest, ReceivingGivesUpAtItsDeadline) {
  Mailbox<int> box(scheduler, 2);
  scheduler.spawn(group, "receiver", [&] {
    EXPECT_FALSE(box.receive(3ms).has_value());
    EXPECT_EQ(scheduler.now(), kStart + 3ms);
    say("gave up");
  });
  scheduler.run();
  EXPECT_EQ(said.size(), 1u);
}

TEST_F(SchedulerTest, FuturesResolveThoseWhoWaitAndThoseWhoCallBack) {
  auto [first, first_future] = Promise<int>::make(scheduler);
  auto [second, second_future] = Promise<int>::make(scheduler);
  second_future.then(
      [&](const Result<int>& result) { say("callback " + std::to_string(*result)); });
  scheduler.spawn(group, "waiter", [&] { say("await " + std::to_string(*first_future.await())); });
  scheduler.spawn(group, "resolver", [&] {
    second.resolve(2);
    scheduler.sleep(1ms);
    first.resolve(1);
  });
  scheduler.run();
  EXPECT_EQ(said, (std::vector<std::string>{"callback 2", "await 1"}));
}

TEST_F(SchedulerTest, AwaitTimesOutAndTheFutureStaysGood) {
  auto [promise, future] = Promise<int>::make(scheduler);
  scheduler.spawn(group, "waiter", [&] {
    EXPECT_EQ(future.await(1ms).error(), Error::kTimeout);
    EXPECT_EQ(*future.await(), 7);
  });
  scheduler.spawn(group, "resolver", [&] {
    scheduler.sleep(2ms);
    promise.resolve(7);
  });
  EXPECT_EQ(scheduler.run(), RunEnd::kIdle);
}

TEST_F(SchedulerTest, ATaskWaitsByTheClockOfItsGroup) {
  group.set_clock_rate(-500'000'000);  // half as fast as the world
  scheduler.spawn(group, "slow", [&] {
    scheduler.sleep(1ms);
    EXPECT_EQ(scheduler.now(), kStart + 2ms);
  });
  scheduler.run();
  EXPECT_EQ(scheduler.now(), kStart + 2ms);
}

TEST_F(SchedulerTest, KillingUnwindsInOrderOfCreation) {
  struct Says {
    std::vector<std::string>& said;
    std::string text;
    ~Says() { said.push_back(text); }
  };
  for (const char* name : {"a", "b"}) {
    scheduler.spawn(group, name, [&, name] {
      Says says{said, name};
      scheduler.sleep(1h);
    });
  }
  struct Kill final : Action {
    explicit Kill(TaskGroup& group) : group(group) {}
    void fire() override { group.kill(); }
    TaskGroup& group;
  } kill(group);
  scheduler.schedule_in(kill, 1ms);
  EXPECT_EQ(scheduler.run(), RunEnd::kIdle);  // the cancelled sleeps are gone from the queue
  EXPECT_EQ(said, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(group.size(), 0u);
}

TEST_F(SchedulerTest, AFrozenGroupWakesUpLateButInOrder) {
  for (const char* name : {"a", "b"}) {
    scheduler.spawn(group, name, [&, name] {
      scheduler.sleep(1ms);
      say(name);
    });
  }
  TaskGroup other(scheduler, "n2");
  scheduler.spawn(other, "nurse", [&] {
    group.freeze();
    scheduler.sleep(5ms);
    say("thaw");
    group.thaw();
  });
  scheduler.run();
  EXPECT_EQ(said, (std::vector<std::string>{"thaw", "a", "b"}));
}

TEST_F(SchedulerTest, ABrokenInvariantEndsTheRunWithItsSentence) {
  scheduler.spawn(group, "bad", [&] { INVARIANT(1 > 2, "{} is not above {}", 1, 2); });
  EXPECT_EQ(scheduler.run(), RunEnd::kInvariant);
  EXPECT_EQ(scheduler.end_message(), "1 is not above 2 [1 > 2]");
}

TEST_F(SchedulerTest, AnEscapedExceptionEndsTheRun) {
  scheduler.spawn(group, "bad", [&] { throw std::runtime_error("oops"); });
  EXPECT_EQ(scheduler.run(), RunEnd::kException);
  EXPECT_EQ(scheduler.end_message(), "bad: oops");
}

TEST_F(SchedulerTest, SpinningWithoutTimePassingIsAStepLimit) {
  scheduler.spawn(group, "spin", [&] {
    for (;;) scheduler.sleep(0ns);
  });
  EXPECT_EQ(scheduler.run(), RunEnd::kStepLimit);
}

TEST_F(SchedulerTest, EveryEventKnowsItsCause) {
  struct Causes : EventSink {
    void on_event(const TraceEvent& event) override { causes.push_back(event.cause); }
    std::vector<EventIndex> causes;
  } causes;
  scheduler.stream().watch(causes);
  scheduler.spawn(group, "parent", [&] {
    scheduler.stream().emit({.kind = EventKind::kReached});  // 1, caused by nothing
    scheduler.spawn(group, "child", [&] {
      scheduler.stream().emit({.kind = EventKind::kReached});  // 3, caused by 1
    });
    scheduler.sleep(1ms);
    scheduler.stream().emit({.kind = EventKind::kReached});  // 4: the sleep began after 1
  });
  scheduler.spawn(group, "unrelated", [&] {
    scheduler.stream().emit({.kind = EventKind::kReached});  // 2
  });
  scheduler.run();
  EXPECT_EQ(causes.causes,
            (std::vector<EventIndex>{EventIndex{0}, EventIndex{0}, EventIndex{1}, EventIndex{1}}));
}

TEST(SchedulerBounds, TurnRunawaysIntoVerdicts) {
  Choices choices(1);
  StackPool stacks;
  {
    Scheduler scheduler(choices, stacks, {.limits = {.tasks = 10}});
    TaskGroup group(scheduler, "n1");
    scheduler.spawn(group, "breeder", [&] {
      for (;;) {
        scheduler.spawn(group, "child", [&] { scheduler.sleep(1h); });
        scheduler.sleep(1ms);
      }
    });
    EXPECT_EQ(scheduler.run(), RunEnd::kTaskLimit);
    group.kill();
  }
  {
    Scheduler scheduler(choices, stacks, {.limits = {.end = kStart + 1s, .events = 100}});
    TaskGroup group(scheduler, "n2");
    scheduler.spawn(group, "talker", [&] {
      for (;;) {
        scheduler.stream().emit({.kind = EventKind::kReached});
        scheduler.sleep(1ms);
      }
    });
    EXPECT_EQ(scheduler.run(), RunEnd::kEventLimit);
    group.kill();
  }
  {
    Scheduler scheduler(choices, stacks, {.limits = {.end = kStart + 1s}});
    TaskGroup group(scheduler, "n3");
    scheduler.spawn(group, "sleeper", [&] {
      for (;;) scheduler.sleep(100ms);
    });
    EXPECT_EQ(scheduler.run(), RunEnd::kTimeLimit);
    group.kill();
  }
}

TEST(SchedulerTies, AreOrderedBySeedWhenWakeUpsAreKeyed) {
  auto order = [](uint64_t seed) {
    Choices choices(seed);
    StackPool stacks;
    Scheduler scheduler(choices, stacks, {.keyed_wakeups = true});
    TaskGroup group(scheduler, "n1");
    std::string order;
    for (char name = 'a'; name < 'f'; ++name) {
      scheduler.spawn(group, "task", [&, name] { order += name; });
    }
    scheduler.run();
    return order;
  };
  EXPECT_EQ(order(1), order(1));
  std::set<std::string> orders;
  for (uint64_t seed = 0; seed < 20; ++seed) orders.insert(order(seed));
  EXPECT_GT(orders.size(), 5u);
}

}  // namespace
}  // namespace seedbed

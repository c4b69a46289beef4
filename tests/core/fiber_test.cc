#include "sim/core/fiber.h"

#include <gtest/gtest.h>

#include <csignal>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "sim/core/check.h"

namespace seedbed {
namespace {

// A fiber that runs a lambda.
class TestFiber {
 public:
  TestFiber(StackPool& stacks, std::function<void()> body)
      : body_(std::move(body)), fiber_(stacks, &TestFiber::run, this) {}
  Fiber* operator->() { return &fiber_; }

 private:
  static void run(void* self) { static_cast<TestFiber*>(self)->body_(); }

  std::function<void()> body_;
  Fiber fiber_;
};

class Note {
 public:
  Note(std::string& notes, const char* text) : notes_(notes), text_(text) {}
  ~Note() { notes_ += text_; }

 private:
  std::string& notes_;
  const char* text_;
};

class FiberTest : public testing::Test {
 protected:
  StackPool stacks_{{.limit = 64, .base = 0}};
};
using FiberDeathTest = FiberTest;

TEST_F(FiberTest, RunsUntilItSuspendsAndGoesOnWhereItStopped) {
  int step = 0;
  TestFiber fiber(stacks_, [&] {
    step = 1;
    Fiber::suspend();
    step = 2;
  });
  EXPECT_FALSE(fiber->started());
  EXPECT_EQ(step, 0);
  fiber->resume();
  EXPECT_EQ(step, 1);
  EXPECT_TRUE(fiber->started());
  EXPECT_FALSE(fiber->finished());
  fiber->resume();
  EXPECT_EQ(step, 2);
  EXPECT_TRUE(fiber->finished());
}

TEST_F(FiberTest, CurrentIsTheRunningFiberAndNullOutside) {
  Fiber* seen = nullptr;
  TestFiber fiber(stacks_, [&] { seen = Fiber::current(); });
  EXPECT_EQ(Fiber::current(), nullptr);
  fiber->resume();
  EXPECT_EQ(seen, fiber.operator->());
  EXPECT_EQ(Fiber::current(), nullptr);
}

TEST_F(FiberTest, IsSuspendedDeepInACallChain) {
  std::function<int(int)> deep = [&](int depth) -> int {
    if (depth == 0) {
      Fiber::suspend();
      return 0;
    }
    return deep(depth - 1) + 1;
  };
  int depth = 0;
  TestFiber fiber(stacks_, [&] { depth = deep(30); });
  fiber->resume();
  EXPECT_EQ(depth, 0);
  fiber->resume();
  EXPECT_EQ(depth, 30);
}

TEST_F(FiberTest, KeepsTheOrderInWhichItIsResumed) {
  std::string order;
  TestFiber a(stacks_, [&] {
    for (int i = 0; i < 3; ++i, Fiber::suspend()) order += 'a';
  });
  TestFiber b(stacks_, [&] {
    for (int i = 0; i < 3; ++i, Fiber::suspend()) order += 'b';
  });
  for (TestFiber* next : {&a, &b, &b, &a, &a, &b, &a, &b}) (*next)->resume();
  EXPECT_EQ(order, "abbaab");
}

// Exceptions.

TEST_F(FiberTest, TwoFibersSuspendedInACatchRethrowTheirOwnExceptions) {
  std::string caught[2];
  auto body = [&](int me) {
    for (int round = 0; round < 100; ++round) {
      try {
        try {
          throw std::runtime_error(std::to_string(me));
        } catch (const std::exception&) {
          Fiber::suspend();
          throw;
        }
      } catch (const std::exception& e) {
        caught[me] += e.what();
      }
    }
  };
  TestFiber zero(stacks_, [&] { body(0); });
  TestFiber one(stacks_, [&] { body(1); });
  while (!zero->finished()) {
    zero->resume();
    one->resume();
  }
  EXPECT_EQ(caught[0], std::string(100, '0'));
  EXPECT_EQ(caught[1], std::string(100, '1'));
}

TEST_F(FiberTest, AnExceptionHandledByTheSchedulerIsNotSeenInAFiber) {
  bool seen = true;
  std::string rethrown;
  TestFiber fiber(stacks_, [&] { seen = std::current_exception() != nullptr; });
  try {
    try {
      throw std::runtime_error("scheduler");
    } catch (const std::exception&) {
      fiber->resume();
      throw;
    }
  } catch (const std::exception& e) {
    rethrown = e.what();
  }
  EXPECT_FALSE(seen);
  EXPECT_EQ(rethrown, "scheduler");
}

TEST_F(FiberTest, ResumesInADestructorOfTheSchedulerWhileItUnwinds) {
  int step = 0;
  TestFiber fiber(stacks_, [&] {
    Fiber::suspend();
    step = std::uncaught_exceptions();
    Fiber::suspend();
    step = 2;
  });
  fiber->resume();
  struct Resume {
    TestFiber& fiber;
    ~Resume() { fiber->resume(); }
  };
  EXPECT_THROW(
      {
        Resume resume{fiber};
        throw 1;
      },
      int);
  EXPECT_EQ(step, 0);
  fiber->resume();
  EXPECT_EQ(step, 2);
}

TEST_F(FiberDeathTest, AnExceptionThatLeavesTheEntryIsOurMistake) {
  TestFiber fiber(stacks_, [] { throw std::runtime_error("nobody caught me"); });
  EXPECT_DEATH(fiber->resume(), "left a fiber: .*runtime_error: nobody caught me");
  TestFiber odd(stacks_, [] { throw 1; });
  EXPECT_DEATH(odd->resume(), "left a fiber: i");
  TestFiber broken(stacks_, [] { INVARIANT(1 < 0, "order is lost"); });
  EXPECT_DEATH(broken->resume(), "left a fiber: InvariantFailure: order is lost");
  fiber->kill();
  odd->kill();
  broken->kill();
}

// Killing.

TEST_F(FiberTest, KillingUnwindsDestructorsInOrder) {
  std::string notes;
  TestFiber fiber(stacks_, [&] {
    Note first(notes, "1");
    Note second(notes, "2");
    [&] {
      Note third(notes, "3");
      Fiber::suspend();
      notes += "not reached";
    }();
  });
  fiber->resume();
  fiber->kill();
  EXPECT_EQ(notes, "321");
  EXPECT_TRUE(fiber->finished());
}

TEST_F(FiberTest, HandlersOfOrdinaryErrorsDoNotSwallowAKill) {
  std::string notes;
  TestFiber fiber(stacks_, [&] {
    for (;;) {
      try {
        Fiber::suspend();
      } catch (const std::exception&) {
        notes += "swallowed";
      }
    }
  });
  fiber->resume();
  fiber->resume();
  fiber->kill();
  EXPECT_TRUE(fiber->finished());
  EXPECT_EQ(notes, "");
}

TEST_F(FiberTest, AFiberSuspendedInACatchCanBeKilled) {
  std::string notes;
  TestFiber fiber(stacks_, [&] {
    try {
      throw std::runtime_error("first");
    } catch (const std::exception&) {
      Note note(notes, "left the handler");
      Fiber::suspend();
    }
  });
  fiber->resume();
  fiber->kill();
  EXPECT_EQ(notes, "left the handler");
  EXPECT_EQ(std::current_exception(), nullptr);
}

TEST_F(FiberTest, KilledBeforeItsStartItNeverRuns) {
  bool ran = false;
  TestFiber fiber(stacks_, [&] { ran = true; });
  fiber->kill();
  EXPECT_TRUE(fiber->finished());
  EXPECT_FALSE(ran);
}

TEST_F(FiberTest, KillingAFinishedFiberDoesNothing) {
  TestFiber fiber(stacks_, [] {});
  fiber->resume();
  fiber->kill();
  EXPECT_TRUE(fiber->finished());
}

TEST_F(FiberTest, SuspendingAgainWhileBeingKilledThrowsAtOnce) {
  int kills = 0;
  TestFiber fiber(stacks_, [&] {
    for (int i = 0; i < 3; ++i) {
      try {
        Fiber::suspend();
      } catch (const ProcessKilled&) {
        ++kills;
      }
    }
  });
  fiber->resume();
  fiber->kill();
  EXPECT_EQ(kills, 3);
}

TEST_F(FiberDeathTest, SwallowingEveryKillIsRefused) {
  auto kill_a_stubborn_fiber = [&] {
    TestFiber fiber(stacks_, [] {
      for (;;) {
        try {
          Fiber::suspend();
        } catch (...) {
        }
      }
    });
    fiber->resume();
    fiber->kill();
  };
  EXPECT_DEATH(kill_a_stubborn_fiber(), "swallows ProcessKilled");
}

// Where suspending is refused.

TEST_F(FiberDeathTest, SuspendingInsideNoSuspendNamesTheRegion) {
  TestFiber fiber(stacks_, [] {
    NoSuspend guard("between the log and its index");
    Fiber::suspend();
  });
  EXPECT_DEATH(fiber->resume(), "between the log and its index.*fiber_test.cc");
  fiber->kill();
}

TEST_F(FiberTest, NoSuspendRegionsEndWithTheirScope) {
  TestFiber fiber(stacks_, [] {
    try {
      NoSuspend outer("outer");
      { NoSuspend inner("inner"); }
      EXPECT_TRUE(NoSuspend::active());
      throw 1;
    } catch (int) {
    }
    EXPECT_FALSE(NoSuspend::active());
    Fiber::suspend();
  });
  fiber->resume();
  fiber->resume();
  EXPECT_TRUE(fiber->finished());
}

TEST_F(FiberTest, ARegionOfTheSchedulerDoesNotBindTheFiberItResumes) {
  TestFiber fiber(stacks_, [] { Fiber::suspend(); });
  NoSuspend guard("the scheduler is busy");
  fiber->resume();
  EXPECT_TRUE(NoSuspend::active());
  fiber->resume();
  EXPECT_TRUE(fiber->finished());
}

TEST_F(FiberDeathTest, SuspendingInADestructorDuringUnwindingIsRefused) {
  struct Blocks {
    ~Blocks() { Fiber::suspend(); }
  };
  TestFiber fiber(stacks_, [] {
    try {
      Blocks blocks;
      throw 1;
    } catch (int) {
    }
  });
  EXPECT_DEATH(fiber->resume(), "while an exception is on its way");
  fiber->kill();
}

TEST_F(FiberDeathTest, SuspendingOutsideOfFibersIsRefused) {
  EXPECT_DEATH(Fiber::suspend(), "CHECK");
}

TEST_F(FiberDeathTest, ResumingInsideAFiberIsRefused) {
  TestFiber inner(stacks_, [] {});
  TestFiber outer(stacks_, [&] { inner->resume(); });
  EXPECT_DEATH(outer->resume(), "CHECK");
  inner->kill();
  outer->kill();
}

TEST_F(FiberDeathTest, ResumingAFinishedFiberIsRefused) {
  TestFiber fiber(stacks_, [] {});
  fiber->resume();
  EXPECT_DEATH(fiber->resume(), "CHECK");
}

TEST_F(FiberDeathTest, DestroyingASuspendedFiberIsRefused) {
  EXPECT_DEATH(
      {
        TestFiber fiber(stacks_, [] { Fiber::suspend(); });
        fiber->resume();
      },
      "CHECK");
}

// Stacks.

// Never returns, though the compiler does not know it.
int recurse(int depth, const volatile bool& enough) {
  volatile char frame[512];
  frame[depth % 512] = static_cast<char>(depth);
  if (enough) return 0;
  return recurse(depth + 1, enough) + frame[depth % 512];
}

TEST_F(FiberDeathTest, AnOverflowHitsTheGuardAndNothingElse) {
  TestFiber neighbour(stacks_, [] { Fiber::suspend(); });
  TestFiber fiber(stacks_, [] {
    volatile bool enough = false;
    recurse(0, enough);
  });
  neighbour->resume();
  if constexpr (sanitizers::kAddress) {
    EXPECT_DEATH(fiber->resume(), "stack-overflow");
  } else {
    EXPECT_EXIT(fiber->resume(), testing::KilledBySignal(SIGSEGV), "");
  }
  fiber->kill();
  neighbour->kill();
}

TEST(Fiber, ThousandsLiveAtOnce) {
  constexpr int kFibers = 5000;
  StackPool stacks({.limit = kFibers, .base = 0});
  int running = 0;
  std::vector<std::unique_ptr<TestFiber>> fibers;
  for (int i = 0; i < kFibers; ++i) {
    ASSERT_TRUE(stacks.prepare());
    fibers.push_back(std::make_unique<TestFiber>(stacks, [&] {
      ++running;
      Fiber::suspend();
      --running;
    }));
  }
  for (auto& fiber : fibers) (*fiber)->resume();
  EXPECT_EQ(running, kFibers);
  EXPECT_EQ(stacks.in_use(), static_cast<uint32_t>(kFibers));
  for (int i = 0; i < kFibers; ++i) {
    if (i % 2 == 0) (*fibers[i])->resume();
    if (i % 2 == 1) (*fibers[i])->kill();
  }
  EXPECT_EQ(running, kFibers / 2);
  fibers.clear();
  EXPECT_EQ(stacks.in_use(), 0u);
}

TEST_F(FiberTest, GivesItsStackToTheNextFiber) {
  const void* where[2] = {};
  for (const void*& place : where) {
    TestFiber fiber(stacks_, [&] {
      int local = 0;
      place = &local;
    });
    fiber->resume();
  }
  if (!sanitizers::kAddress) {  // it keeps locals on frames of its own
    EXPECT_EQ(where[0], where[1]);
  }
  EXPECT_EQ(stacks_.mapped(), 1u);
}

#if defined(SEEDBED_ASAN)
TEST_F(FiberTest, WhatOnlyASuspendedFiberOwnsIsNotReportedAsALeak) {
  if (__asan_get_current_fake_stack() != nullptr) GTEST_SKIP() << "see sim/core/sanitizers.h";
  TestFiber fiber(stacks_, [] {
    auto owned = std::make_unique<std::string>(10'000, 'x');
    Fiber::suspend();
  });
  fiber->resume();
  EXPECT_EQ(__lsan_do_recoverable_leak_check(), 0);
  fiber->kill();
}
#endif

}  // namespace
}  // namespace seedbed

#include "sim/core/stack_pool.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

namespace seedbed {
namespace {

StackPoolOptions anywhere(uint32_t limit) { return {.limit = limit, .base = 0}; }

TEST(StackPool, GivesRoomForAtLeastWhatWasAskedFor) {
  StackPool pool({.usable_bytes = 10'000, .limit = 100, .base = 0});
  for (int i = 0; i < 100; ++i) {
    const StackPool::Stack stack = pool.acquire();
    EXPECT_GE(stack.size(), 10'000u);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(stack.top) % 64, 0u);
    std::memset(stack.low, 1, stack.size());
  }
}

TEST(StackPool, ReusesTheStackReleasedLast) {
  StackPool pool(anywhere(8));
  const uint32_t a = pool.acquire().slot;
  const uint32_t b = pool.acquire().slot;
  const uint32_t c = pool.acquire().slot;
  pool.release(a);
  pool.release(c);
  EXPECT_EQ(pool.acquire().slot, c);
  EXPECT_EQ(pool.acquire().slot, a);
  EXPECT_EQ(pool.in_use(), 3u);
  EXPECT_EQ(pool.mapped(), 3u);
  EXPECT_NE(a, b);
}

TEST(StackPool, AfterReleasingAllARunGetsTheSlotsOfAFreshProcess) {
  StackPool pool(anywhere(8));
  auto run = [&] {
    std::vector<uint32_t> slots;
    for (int i = 0; i < 3; ++i) slots.push_back(pool.acquire().slot);
    pool.release(slots[1]);
    pool.release(slots[0]);
    for (int i = 0; i < 3; ++i) slots.push_back(pool.acquire().slot);
    pool.release_all();
    return slots;
  };
  const std::vector<uint32_t> first = run();
  for (int i = 0; i < 7; ++i) pool.acquire();  // a larger run in between
  pool.release_all();
  EXPECT_EQ(run(), first);
  EXPECT_EQ(pool.in_use(), 0u);
}

TEST(StackPool, TheLimitIsAnAnswer) {
  StackPool pool(anywhere(2));
  EXPECT_TRUE(pool.prepare());
  pool.acquire();
  const uint32_t second = pool.acquire().slot;
  EXPECT_FALSE(pool.prepare());
  pool.release(second);
  EXPECT_TRUE(pool.prepare());
}

TEST(StackPoolDeathTest, AcquiringBeyondTheLimitIsRefused) {
  StackPool pool(anywhere(1));
  pool.acquire();
  EXPECT_DEATH(pool.acquire(), "CHECK");
}

TEST(StackPoolDeathTest, TheByteBelowAStackCannotBeTouched) {
  StackPool pool(anywhere(2));
  pool.acquire();
  const StackPool::Stack stack = pool.acquire();
  EXPECT_TRUE(pool.guards(stack.low - 1));
  EXPECT_FALSE(pool.guards(stack.low));
  EXPECT_FALSE(pool.guards(stack.top));
  EXPECT_FALSE(pool.guards(&pool));
  EXPECT_DEATH(*(stack.low - 1) = std::byte{1}, "");
}

TEST(StackPool, StaggersTheTops) {
  StackPool pool(anywhere(60));
  std::vector<bool> seen(60, false);
  for (int i = 0; i < 60; ++i) {
    const StackPool::Stack stack = pool.acquire();
    seen[reinterpret_cast<uintptr_t>(stack.top) % 4096 / 64 % 60] = true;
  }
  EXPECT_GE(std::count(seen.begin(), seen.end(), true), 56);
}

TEST(StackPool, HasTheSameAddressesInTwoProcesses) {
  auto addresses = [](int fd) {
    StackPool pool;
    uintptr_t tops[3];
    for (uintptr_t& top : tops) top = reinterpret_cast<uintptr_t>(pool.acquire().top);
    if (!pool.at_fixed_address()) tops[0] = 0;
    ASSERT_EQ(write(fd, tops, sizeof(tops)), static_cast<ssize_t>(sizeof(tops)));
  };
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  uintptr_t got[2][3];
  for (auto& tops : got) {
    const pid_t child = fork();
    if (child == 0) {
      addresses(ends[1]);
      _exit(0);
    }
    ASSERT_EQ(read(ends[0], tops, sizeof(tops)), static_cast<ssize_t>(sizeof(tops)));
    waitpid(child, nullptr, 0);
  }
  close(ends[0]);
  close(ends[1]);
  EXPECT_NE(got[0][0], 0u);
  EXPECT_EQ(std::memcmp(got[0], got[1], sizeof(got[0])), 0);
}

TEST(StackPool, GoesElsewhereWhenTheAddressIsTaken) {
  StackPool first({.limit = 4});
  ASSERT_TRUE(first.at_fixed_address());
  StackPool second({.limit = 4});
  EXPECT_FALSE(second.at_fixed_address());
  EXPECT_TRUE(second.prepare());
  const StackPool::Stack a = first.acquire();
  const StackPool::Stack b = second.acquire();
  EXPECT_NE(a.top, b.top);
  std::memset(b.low, 1, b.size());
}

TEST(StackPool, ARefusedReservationIsAnAnswerToo) {
  StackPool pool({.usable_bytes = size_t{1} << 46, .limit = 20, .base = 0});
  EXPECT_FALSE(pool.prepare());
  EXPECT_FALSE(pool.at_fixed_address());
}

TEST(StackPool, RepaintsTheUsedPartOfFreeStacksOnly) {
  constexpr uint64_t kOld = 0x1111'1111'1111'1111;
  constexpr uint64_t kNew = 0x2222'2222'2222'2222;
  StackPool pool(anywhere(4));
  const StackPool::Stack freed = pool.acquire();
  const StackPool::Stack kept = pool.acquire();
  for (const StackPool::Stack& stack : {freed, kept}) {
    std::fill_n(reinterpret_cast<uint64_t*>(stack.top) - 1000, 1000, kOld);
  }
  pool.release(freed.slot);
  const size_t high_water = pool.high_water_bytes();
  EXPECT_GE(high_water, 8000u);
  EXPECT_LE(high_water, 8000u + 3 * 4096);

  pool.repaint(kNew);
  EXPECT_EQ(reinterpret_cast<uint64_t*>(freed.top)[-1], kNew);
  EXPECT_EQ(reinterpret_cast<uint64_t*>(freed.top)[-1000], kNew);
  EXPECT_EQ(reinterpret_cast<uint64_t*>(kept.top)[-1], kOld);
  EXPECT_EQ(reinterpret_cast<uint64_t*>(kept.top)[-1000], kOld);
  EXPECT_EQ(pool.high_water_bytes(), high_water) << "painting must not use more memory";
}

}  // namespace
}  // namespace seedbed

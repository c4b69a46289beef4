// The rules of sim/core/arena.h are only worth something if breaking them is noticed. Here they are
// broken on purpose.
#include "sim/core/arena_scan.h"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "sim/core/arena.h"
#include "sim/core/fiber.h"
#include "sim/core/stack_pool.h"

namespace seedbed {
namespace {

class ArenaScanTest : public testing::Test {
 protected:
  // Earlier tests have left words behind that look like pointers: note them.
  void SetUp() override {
    if (!RunArena::enabled()) GTEST_SKIP() << "this build has no arena";
    RunArena::reset();
    {
      RunArena::Inside inside;
      void* everything = ::operator new (size_t{8} << 20);
      asm volatile("" : : "r"(everything) : "memory");
    }
    for (const StrayPointer& stray : words_pointing_in()) known_.insert(stray.where);
    RunArena::reset();
  }
  void TearDown() override { RunArena::reset(); }

  std::vector<StrayPointer> strays(SkippedRange skip = {}) const {
    std::vector<StrayPointer> found = words_pointing_in(skip);
    std::erase_if(found, [&](const StrayPointer& s) { return known_.contains(s.where); });
    return found;
  }

  // The words outside that point in after `run`.
  std::vector<StrayPointer> strays_after(const std::function<void()>& run) const {
    RunArena::reset();
    {
      RunArena::Inside inside;
      run();
    }
    return strays();
  }

 private:
  std::set<const void*> known_;
};
using ArenaScanDeathTest = ArenaScanTest;

// A library that builds a table when it is first used, and keeps it.
template <int kInstance>
const std::string& lazy_name(int number) {
  static const std::map<int, std::string> names = {
      {1, "a name too long to fit into the string itself"}, {2, "another one, of the same kind"}};
  return names.at(number);
}

TEST_F(ArenaScanTest, ACleanRunLeavesNothingPointingIn) {
  const std::vector<StrayPointer> found = strays_after([] {
    std::map<int, std::string> world;
    for (int i = 0; i < 1000; ++i) world[i] = std::string(100, 'x');
  });
  EXPECT_EQ(found.size(), 0u);
}

TEST_F(ArenaScanTest, FindsAnOutsideObjectThatWasChangedInside) {
  auto planted = std::make_unique<std::string>();
  const std::vector<StrayPointer> found = strays_after([&] { planted->assign(1000, 'x'); });
  ASSERT_EQ(found.size(), 1u);
  const StrayPointer& stray = found.front();
  EXPECT_EQ(stray.where, planted.get()) << "the first word of a string is its data pointer";
  EXPECT_EQ(RunArena::kBase + stray.offset, reinterpret_cast<uintptr_t>(planted->data()));
}

TEST_F(ArenaScanDeathTest, FindsAStaticBuiltInside) {
  // In a process of its own, for the static is broken for ever.
  const auto scan = [&] { std::_Exit(strays_after([] { lazy_name<0>(1); }).empty() ? 1 : 0); };
  EXPECT_EXIT(scan(), testing::ExitedWithCode(0), "");
}

TEST_F(ArenaScanTest, ARehearsalKeepsStaticsOutOfTheArena) {
  lazy_name<1>(1);
  EXPECT_EQ(strays_after([] { lazy_name<1>(2); }).size(), 0u);
}

TEST_F(ArenaScanTest, DoesNotSearchASkippedRange) {
  static void* planted[8];
  const auto run = [] { planted[3] = ::operator new(10); };
  EXPECT_EQ(strays_after(run).size(), 1u);
  EXPECT_EQ(strays({planted, sizeof(planted)}).size(), 0u);
  EXPECT_EQ(strays({planted + 4, sizeof(void*)}).size(), 1u);
  planted[3] = nullptr;
}

// Runs twice with the arena in alternating halves. Clean code does not notice.
void alternate(const std::function<void()>& run) {
  for (int i = 0; i < 4; ++i) {
    RunArena::reset({.alternate = true});
    RunArena::Inside inside;
    run();
  }
  RunArena::reset();
}

TEST_F(ArenaScanTest, ACleanRunMayAlternate) {
  std::string result;
  alternate([&] {
    std::map<int, std::string> world;
    for (int i = 0; i < 1000; ++i) world[i] = std::string(100, 'x');
    RunArena::Outside outside;
    result += world[5].substr(0, 1);
  });
  EXPECT_EQ(result, "xxxx");
}

TEST_F(ArenaScanDeathTest, AlternatingDiesOfAnOutsideObjectThatWasChangedInside) {
  std::string planted;
  EXPECT_EXIT(alternate([&] {
                RunArena::Outside outside;  // planted.append() may free what is not of this run
                const bool first = planted.empty();
                RunArena::Inside inside;
                if (first) {
                  planted.assign(1000, 'x');
                } else {
                  planted[0] = 'y';
                }
              }),
              testing::KilledBySignal(SIGSEGV), "");
}

TEST_F(ArenaScanDeathTest, AlternatingDiesOfAStaticBuiltInside) {
  EXPECT_EXIT(alternate([] {
                volatile char first = lazy_name<2>(1)[0];
                static_cast<void>(first);
              }),
              testing::KilledBySignal(SIGSEGV), "");
}

// Whole worlds, dropped in the middle of everything.

class World {
 public:
  explicit World(StackPool& stacks) {
    for (int i = 0; i < 20; ++i) {
      fibers_.push_back(std::make_unique<Fiber>(stacks, &World::live, nullptr));
      fibers_.back()->resume();
    }
  }

 private:
  static void live(void*) {
    auto owned = std::make_unique<std::string>(1000, 'x');
    try {
      throw std::runtime_error(std::string(100, 'y'));
    } catch (const std::exception&) {
      Fiber::suspend();  // with an exception in flight
      throw;
    }
  }

  std::vector<std::unique_ptr<Fiber>> fibers_;
};

TEST_F(ArenaScanTest, AWorldOfSuspendedFibersIsDroppedWithoutUnwinding) {
  StackPool stacks({.limit = 20, .base = 0});
  size_t used = 0;
  for (int run = 0; run < 1000; ++run) {
    {
      RunArena::Inside inside;
      new World(stacks);
    }
    if (run == 0) used = RunArena::used();
    ASSERT_EQ(RunArena::used(), used);
    EXPECT_EQ(stacks.in_use(), 20u);
    if (run == 999) {
      EXPECT_EQ(strays({stacks.begin(), stacks.bytes()}).size(), 0u);
    }
    RunArena::reset();
    stacks.release_all();
  }
  EXPECT_EQ(stacks.mapped(), 20u);
  EXPECT_EQ(std::current_exception(), nullptr);
}

}  // namespace
}  // namespace seedbed

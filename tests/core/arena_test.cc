#include "sim/core/arena.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include "sim/core/sanitizers.h"

namespace seedbed {
namespace {

// Inside a run nothing is asserted: an assertion that fails allocates.
class RunArenaTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!RunArena::enabled()) GTEST_SKIP() << "this build has no arena";
    RunArena::reset();
  }
  void TearDown() override { RunArena::reset(); }
};
using RunArenaDeathTest = RunArenaTest;

// Compilers may leave out an allocation that nobody uses: this uses it.
template <class T>
T* used(T* block) {
  asm volatile("" : "+r"(block) : : "memory");
  return block;
}
void take(size_t bytes) { used(::operator new(bytes)); }

TEST(RunArena, IsThereUnlessASanitizerOwnsTheHeap) {
#if defined(SEEDBED_FOREIGN_HEAP)
  EXPECT_FALSE(RunArena::enabled());
  RunArena::Inside inside;
  EXPECT_FALSE(RunArena::inside());
#endif
  RunArena::reset({.limit = 1000, .salt = 1, .alternate = true});
  RunArena::reset();
  EXPECT_EQ(RunArena::used(), 0u);
  EXPECT_FALSE(RunArena::exhausted());
}

TEST_F(RunArenaTest, EveryFormOfNewComesFromItInsideAndFromTheHeapOutside) {
  auto allocate = [] {
    std::array<void*, 8> p{};
    p[0] = ::operator new(10);
    p[1] = ::operator new[](10);
    p[2] = ::operator new(10, std::nothrow);
    p[3] = ::operator new[](10, std::nothrow);
    p[4] = ::operator new (10, std::align_val_t{64});
    p[5] = ::operator new[](10, std::align_val_t{64});
    p[6] = ::operator new (10, std::align_val_t{64}, std::nothrow);
    p[7] = ::operator new[](10, std::align_val_t{64}, std::nothrow);
    return p;
  };
  auto free = [](const std::array<void*, 8>& p) {
    ::operator delete(p[0]);
    ::operator delete[](p[1]);
    ::operator delete(p[2], std::nothrow);
    ::operator delete[](p[3], std::nothrow);
    ::operator delete (p[4], std::align_val_t{64});
    ::operator delete[](p[5], std::align_val_t{64});
    ::operator delete (p[6], std::align_val_t{64}, std::nothrow);
    ::operator delete[](p[7], std::align_val_t{64}, std::nothrow);
  };
  std::array<void*, 8> in;
  std::array<void*, 8> again;
  {
    RunArena::Inside inside;
    in = allocate();
    free(in);
    again = allocate();
  }
  const std::array<void*, 8> out = allocate();
  for (size_t i = 0; i < in.size(); ++i) {
    EXPECT_TRUE(RunArena::contains(in[i])) << i;
    EXPECT_TRUE(RunArena::contains(again[i])) << i;
    EXPECT_FALSE(RunArena::contains(out[i])) << i;
    if (i >= 4) {
      EXPECT_EQ(reinterpret_cast<uintptr_t>(in[i]) % 64, 0u);
      EXPECT_EQ(reinterpret_cast<uintptr_t>(out[i]) % 64, 0u);
    }
  }
  EXPECT_EQ(std::vector<void*>(in.rbegin(), in.rbegin() + 2),
            std::vector<void*>({again[4], again[5]}))
      << "freed blocks are reused, the last one first";
  free(out);
}

TEST_F(RunArenaTest, LeavesMallocAlone) {
  void* p = nullptr;
  {
    RunArena::Inside inside;
    p = std::malloc(100);
  }
  EXPECT_FALSE(RunArena::contains(p));
  std::free(p);
}

TEST_F(RunArenaTest, ScopesNest) {
  std::string where;
  auto note = [&] { where += RunArena::inside() ? 'i' : 'o'; };
  {
    note();
    RunArena::Inside run;
    note();
    {
      RunArena::Outside results;
      note();
      {
        RunArena::Inside again;
        note();
      }
      note();
    }
    note();
  }
  note();
  EXPECT_EQ(where, "oioioio");
}

TEST_F(RunArenaTest, AnExceptionEndsAScope) {
  try {
    RunArena::Inside inside;
    throw 1;
  } catch (int) {
  }
  EXPECT_FALSE(RunArena::inside());
}

// Exceptions.

TEST_F(RunArenaTest, ExceptionsThrownInsideAreInIt) {
  const void* object = nullptr;
  const void* rethrown = nullptr;
  bool kept = false;
  const size_t before = RunArena::used();
  {
    RunArena::Inside inside;
    try {
      throw std::array<int, 100>{};
    } catch (const std::array<int, 100>& e) {
      object = &e;
      try {
        std::rethrow_exception(std::current_exception());  // allocates a dependent exception
      } catch (const std::array<int, 100>& same) {
        rethrown = &same;
      }
    }
    kept = std::current_exception() != nullptr;
  }
  EXPECT_TRUE(RunArena::contains(object));
  EXPECT_EQ(object, rethrown);
  EXPECT_FALSE(kept);
  EXPECT_GT(RunArena::used(), before);
}

TEST_F(RunArenaTest, ThrowingAgainAndAgainReusesTheSameMemory) {
  size_t after_first = 0;
  {
    RunArena::Inside inside;
    for (int i = 0; i < 1000; ++i) {
      try {
        try {
          throw std::runtime_error("a message that does not fit into the string itself");
        } catch (const std::exception&) {
          throw;
        }
      } catch (const std::exception&) {
      }
      if (i == 0) after_first = RunArena::used();
    }
  }
  EXPECT_EQ(RunArena::used(), after_first);
}

TEST_F(RunArenaTest, AnExceptionMayLeaveTheRun) {
  std::string what;
  try {
    RunArena::Inside inside;
    throw std::runtime_error("an invariant broke, and this is the sentence that says which");
  } catch (const std::exception& e) {
    EXPECT_TRUE(RunArena::contains(&e));
    what = e.what();
  }
  EXPECT_EQ(what, "an invariant broke, and this is the sentence that says which");
}

// What is freed where.

TEST_F(RunArenaTest, ABlockFreedOutsideIsLeftToTheReset) {
  std::vector<int>* numbers = nullptr;
  {
    RunArena::Inside inside;
    numbers = new std::vector<int>(100, 7);
  }
  const size_t used = RunArena::used();
  delete numbers;
  void* next = nullptr;
  {
    RunArena::Inside inside;
    next = ::operator new(sizeof(*numbers));
  }
  EXPECT_NE(next, numbers);
  EXPECT_GT(RunArena::used(), used);
}

TEST_F(RunArenaDeathTest, AnOutsideBlockFreedInsideIsFatal) {
  int* number = used(new int(1));
  EXPECT_DEATH(
      {
        RunArena::Inside inside;
        delete number;
      },
      "from outside a run was freed inside it");
  {
    RunArena::Inside inside;
    RunArena::Outside outside;
    delete number;
  }
}

TEST_F(RunArenaDeathTest, ABlockOfAnEarlierRunFreedInsideIsFatal) {
  int* number = nullptr;
  {
    RunArena::Inside inside;
    number = used(new int(1));
  }
  RunArena::reset();
  EXPECT_DEATH(
      {
        RunArena::Inside inside;
        delete number;
      },
      "not a live block");
}

TEST_F(RunArenaTest, DeletingNullDoesNothingAnywhere) {
  auto* nothing = static_cast<int*>(nullptr);
  delete nothing;
  RunArena::Inside inside;
  delete nothing;
}

TEST_F(RunArenaDeathTest, ResettingInsideIsRefused) {
  EXPECT_DEATH(
      {
        RunArena::Inside inside;
        RunArena::reset();
      },
      "CHECK");
}

// The memory limit.

TEST_F(RunArenaTest, TellsWhenTheLimitIsPassedAndStillServesTheEnd) {
  RunArena::reset({.limit = 1 << 20});
  bool before = true;
  bool after = false;
  {
    RunArena::Inside inside;
    take(1'000'000);
    before = RunArena::exhausted();
    take(100'000);
    after = RunArena::exhausted();
    take(100'000);
  }
  EXPECT_FALSE(before);
  EXPECT_TRUE(after);
  RunArena::reset();
  EXPECT_FALSE(RunArena::exhausted());
}

TEST_F(RunArenaTest, CodeThatLetsNobodyLookGetsBadAlloc) {
  RunArena::reset({.limit = 1 << 20});
  size_t blocks = 0;
  bool caught = false;
  bool thrown_in_arena = false;
  {
    RunArena::Inside inside;
    try {
      for (;; ++blocks) take(100'000);
    } catch (const std::bad_alloc& e) {
      caught = true;
      thrown_in_arena = RunArena::contains(&e);
    }
  }
  EXPECT_TRUE(caught);
  EXPECT_TRUE(thrown_in_arena);
  EXPECT_TRUE(RunArena::exhausted());
  EXPECT_LT(blocks, 700u);
}

TEST_F(RunArenaTest, AnAbsurdSizeIsBadAllocAtOnce) {
  volatile size_t absurd = ~size_t{0} / 2;
  bool caught = false;
  const void* null = this;
  {
    RunArena::Inside inside;
    try {
      null = ::operator new(absurd);
    } catch (const std::bad_alloc&) {
      caught = true;
    }
    null = ::operator new(absurd, std::nothrow);
  }
  EXPECT_TRUE(caught);
  EXPECT_EQ(null, nullptr);
  EXPECT_TRUE(RunArena::exhausted());
}

// One run is like another.

// What a run can see of its memory: addresses, and what it did not write itself.
std::vector<uint64_t> observe() {
  std::vector<uint64_t> seen;
  {
    RunArena::Inside inside;
    std::vector<uint64_t*> blocks;
    for (size_t words = 1; words < 20'000; words += words / 2 + 1) {
      auto* block = static_cast<uint64_t*>(::operator new(words * sizeof(uint64_t)));
      RunArena::Outside outside;
      seen.push_back(reinterpret_cast<uint64_t>(block));
      seen.push_back(block[0]);
      seen.push_back(block[words - 1]);
      std::memset(block, 0, words * sizeof(uint64_t));
    }
  }
  return seen;
}

TEST_F(RunArenaTest, TheFirstRunIsLikeTheThousandth) {
  const std::vector<uint64_t> first = observe();
  for (int i = 0; i < 1000; ++i) {
    RunArena::reset();
    if (i % 100 == 50) {  // a larger one in between
      RunArena::Inside inside;
      std::memset(::operator new(1 << 20), i, 1 << 20);
    }
    if (i % 100 == 50) RunArena::reset();
    ASSERT_EQ(observe(), first) << i;
  }
  EXPECT_EQ(first[1], 0xDDDD'DDDD'DDDD'DDDDu);
}

TEST_F(RunArenaTest, AnotherSaltShiftsAddressesAndChangesContents) {
  const std::vector<uint64_t> plain = observe();
  std::vector<std::vector<uint64_t>> salted;
  for (uint64_t salt : {1, 2, 1}) {
    RunArena::reset({.salt = salt});
    salted.push_back(observe());
  }
  for (size_t i = 0; i < plain.size(); i += 3) {
    EXPECT_NE(salted[0][i], plain[i]);
    EXPECT_NE(salted[0][i + 1], plain[i + 1]);
    EXPECT_NE(salted[0][i], salted[1][i]);
  }
  EXPECT_EQ(salted[0], salted[2]);
  RunArena::reset();
  EXPECT_EQ(observe(), plain);
}

TEST_F(RunArenaTest, AFreshProcessGetsTheSameAddresses) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");  // starts the program again, at other addresses
  const std::vector<uint64_t> here = observe();
  char line[100];
  std::snprintf(line, sizeof(line), "arena %lx %lx", here.front(), here[here.size() - 3]);
  EXPECT_EXIT(
      {
        std::fputs(line, stderr);
        std::_Exit(0);
      },
      testing::ExitedWithCode(0), line);
  GTEST_FLAG_SET(death_test_style, "fast");
}

// Memory of the process.

size_t resident_bytes() {
  size_t total = 0;
  size_t resident = 0;
  FILE* file = std::fopen("/proc/self/statm", "re");
  if (file == nullptr || std::fscanf(file, "%zu %zu", &total, &resident) != 2) resident = 0;
  if (file != nullptr) std::fclose(file);
  return resident * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

TEST_F(RunArenaTest, AHundredThousandLeakingRunsStayFlat) {
  size_t after_hundred = 0;
  for (int run = 0; run < 100'000; ++run) {
    {
      RunArena::Inside inside;
      auto* leaked = new std::vector<std::string>;
      for (int i = 0; i < 10; ++i) leaked->push_back(std::string(100, 'x'));
    }
    RunArena::reset();
    if (run == 100) after_hundred = resident_bytes();
  }
  EXPECT_LE(resident_bytes(), after_hundred + 256 * 1024);
}

TEST_F(RunArenaTest, AHugeRunGivesItsMemoryBack) {
  const size_t before = resident_bytes();
  const std::vector<uint64_t> small = observe();
  RunArena::reset();
  {
    RunArena::Inside inside;
    constexpr size_t kHuge = size_t{200} << 20;
    std::memset(::operator new(kHuge), 1, kHuge);
  }
  RunArena::reset();
  EXPECT_LE(resident_bytes(), before + (size_t{70} << 20));
  EXPECT_EQ(observe(), small);
}

}  // namespace
}  // namespace seedbed

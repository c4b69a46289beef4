#include "sim/core/arena_heap.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

namespace seedbed {
namespace {

constexpr size_t kMiB = size_t{1} << 20;

class ArenaHeapTest : public testing::Test {
 protected:
  static constexpr size_t kBytes = 4 * kMiB;
  ArenaHeap& make(const ArenaHeap::Options& options) {
    return *ArenaHeap::make(memory_.get(), kBytes, options);
  }

  struct Delete {
    void operator()(void* p) const { ::operator delete (p, std::align_val_t{4096}); }
  };
  std::unique_ptr<void, Delete> memory_{::operator new (kBytes, std::align_val_t{4096})};
};
using ArenaHeapDeathTest = ArenaHeapTest;

bool holds(const void* memory, size_t bytes, unsigned char value) {
  const auto* begin = static_cast<const unsigned char*>(memory);
  return std::all_of(begin, begin + bytes, [&](unsigned char byte) { return byte == value; });
}

TEST_F(ArenaHeapTest, BlocksOfEverySizeAreAlignedAndDoNotOverlap) {
  ArenaHeap& heap = make({.limit = kBytes});
  struct Block {
    unsigned char* data;
    size_t bytes;
    unsigned char value;
  };
  std::vector<Block> live;
  uint64_t random = 7;
  for (int step = 0; step < 20'000; ++step) {
    random = random * 6364136223846793005u + 1442695040888963407u;
    if (live.size() < 100) {
      const size_t bytes = (random >> 40) % (step % 50 == 0 ? 10'000 : 300);
      auto* data = static_cast<unsigned char*>(heap.allocate(bytes));
      ASSERT_NE(data, nullptr);
      ASSERT_EQ(reinterpret_cast<uintptr_t>(data) % 16, 0u);
      live.push_back({data, bytes, static_cast<unsigned char>(step)});
      std::memset(data, live.back().value, bytes);
    } else {
      std::swap(live[(random >> 33) % live.size()], live.back());
      ASSERT_TRUE(holds(live.back().data, live.back().bytes, live.back().value));
      heap.free(live.back().data);
      live.pop_back();
    }
  }
}

TEST_F(ArenaHeapTest, AFreedBlockIsTheNextOfItsSize) {
  ArenaHeap& heap = make({.limit = kBytes});
  for (size_t bytes : {0, 1, 8, 9, 100, 1016, 1017, 2000, 5000, 100'000}) {
    void* a = heap.allocate(bytes);
    void* b = heap.allocate(bytes);
    const size_t used = heap.used();
    heap.free(a);
    heap.free(b);
    EXPECT_EQ(heap.allocate(bytes), b);
    EXPECT_EQ(heap.allocate(bytes), a);
    EXPECT_EQ(heap.used(), used);
  }
}

TEST_F(ArenaHeapTest, WastesAtMostAnEighthOfALargeBlock) {
  ArenaHeap& heap = make({.limit = kBytes});
  for (size_t bytes = 1100; bytes < 200'000; bytes += bytes / 9) {
    const size_t before = heap.used();
    heap.allocate(bytes);
    EXPECT_GE(heap.used() - before, bytes + 8);
    EXPECT_LE(heap.used() - before, (bytes + 8) * 9 / 8) << bytes;
  }
}

TEST_F(ArenaHeapTest, AlignsAsAskedAndTakesSuchBlocksBack) {
  ArenaHeap& heap = make({.limit = kBytes});
  for (size_t alignment : {1, 16, 32, 64, 4096}) {
    heap.allocate(24);
    void* block = heap.allocate_aligned(100, alignment);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(block) % alignment, 0u);
    std::memset(block, 1, 100);
    const size_t used = heap.used();
    heap.free(block);
    EXPECT_EQ(heap.allocate_aligned(100, alignment), block);
    EXPECT_EQ(heap.used(), used);
  }
}

TEST_F(ArenaHeapTest, GivesTheSameAddressesAndContentsAfterARestart) {
  std::memset(memory_.get(), 0x55, kBytes);  // fresh memory need not be zero
  ArenaHeap& heap = make({.limit = kBytes, .fill = 0xDD});
  auto run = [&] {
    std::vector<void*> blocks;
    for (size_t bytes = 16; bytes < 300'000; bytes += bytes) {
      blocks.push_back(heap.allocate(bytes));
      EXPECT_TRUE(holds(blocks.back(), bytes, 0xDD)) << bytes;
      std::memset(blocks.back(), 0x11, bytes);
      if (blocks.size() % 3 == 0) heap.free(blocks[blocks.size() - 2]);
    }
    return blocks;
  };
  const std::vector<void*> first = run();
  for (int i = 0; i < 3; ++i) {
    heap.restart({.limit = kBytes, .fill = 0xDD});
    EXPECT_EQ(heap.used(), 0u);
    EXPECT_EQ(run(), first);
  }
}

TEST_F(ArenaHeapTest, AnotherShiftAndFillLeaveNothingOfTheLastRun) {
  ArenaHeap& heap = make({.limit = kBytes, .fill = 0xDD});
  void* first = heap.allocate(1000);
  for (const ArenaHeap::Options& options :
       {ArenaHeap::Options{.limit = kBytes, .shift = 32'000, .fill = 0x77},
        ArenaHeap::Options{.limit = kBytes, .shift = 160, .fill = 0x77},
        ArenaHeap::Options{.limit = kBytes, .shift = 0, .fill = 0xDD}}) {
    heap.restart(options);
    void* block = heap.allocate(200'000);
    EXPECT_EQ(block, static_cast<std::byte*>(first) + options.shift);
    EXPECT_TRUE(holds(block, 200'000, options.fill));
    std::memset(block, 0x11, 200'000);
  }
}

TEST_F(ArenaHeapTest, ScatteredBlocksComeInAnotherOrderOfAddresses) {
  ArenaHeap& heap = make({.limit = kBytes});
  const auto order_of_ten = [&heap](uint64_t scatter) {
    heap.restart({.limit = kBytes, .scatter = scatter});
    std::vector<void*> blocks;
    for (int i = 0; i < 10; ++i) blocks.push_back(heap.allocate(40));
    std::vector<size_t> order;
    for (void* block : blocks) {
      order.push_back(static_cast<size_t>(
          std::count_if(blocks.begin(), blocks.end(), [&](void* other) { return other < block; })));
    }
    return order;
  };
  const std::vector<size_t> ascending = order_of_ten(0);
  EXPECT_TRUE(std::is_sorted(ascending.begin(), ascending.end()));
  EXPECT_NE(order_of_ten(7), ascending);
  EXPECT_NE(order_of_ten(8), order_of_ten(7));
  EXPECT_EQ(order_of_ten(7), order_of_ten(7));
}

TEST_F(ArenaHeapTest, IsExhaustedBeyondItsLimitAndGoesOnForAWhile) {
  ArenaHeap& heap = make({.limit = kMiB});
  while (heap.used() + 2000 < kMiB) heap.allocate(1000);
  EXPECT_FALSE(heap.exhausted());
  EXPECT_NE(heap.allocate(100'000), nullptr);
  EXPECT_TRUE(heap.exhausted());
  EXPECT_NE(heap.allocate(1000), nullptr);
  while (heap.allocate(1000) != nullptr) {
  }
  EXPECT_GT(heap.used(), 3 * kMiB);

  EXPECT_NE(heap.allocate(1000, /*last_resort=*/true), nullptr);
  EXPECT_EQ(heap.allocate(1000), nullptr) << "the last resort is for exceptions only";
  heap.restart({.limit = kMiB});
  EXPECT_FALSE(heap.exhausted());
}

TEST_F(ArenaHeapTest, ABlockLargerThanEverythingIsRefused) {
  ArenaHeap& heap = make({.limit = kBytes});
  EXPECT_EQ(heap.allocate(kBytes), nullptr);
  EXPECT_TRUE(heap.exhausted());
  EXPECT_EQ(heap.allocate(~size_t{0}), nullptr);
  EXPECT_EQ(heap.allocate_aligned(~size_t{0}, 64), nullptr);
  EXPECT_NE(heap.allocate(10), nullptr);
}

TEST_F(ArenaHeapDeathTest, FreeingTwiceIsRefused) {
  ArenaHeap& heap = make({.limit = kBytes});
  void* block = heap.allocate(40);
  void* aligned = heap.allocate_aligned(40, 64);
  heap.free(block);
  heap.free(aligned);
  EXPECT_DEATH(heap.free(block), "not a live block");
  EXPECT_DEATH(heap.free(aligned), "not a live block");
}

TEST_F(ArenaHeapDeathTest, FreeingABlockFromBeforeTheRestartIsRefused) {
  ArenaHeap& heap = make({.limit = kBytes, .fill = 0xDD});
  void* block = heap.allocate(40);
  heap.restart({.limit = kBytes, .fill = 0xDD});
  EXPECT_DEATH(heap.free(block), "not a live block");
}

}  // namespace
}  // namespace seedbed

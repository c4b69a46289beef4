// Invariants:
// 1. begin_ <= next_ <= ready_ <= painted_, and ready_ is not beyond limit_ until exhausted, nor
// then
//    beyond last_ except for a block of the last resort.
// 2. next_ is 8 bytes before a multiple of 16, so that a payload is at one.
// 3. Memory in [next_, painted_) holds fill_ and nothing else.
#include "sim/core/arena_heap.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>
#include <new>
#include <utility>

#include "sim/core/check.h"
#include "sim/core/hash.h"

namespace seedbed {

namespace {

constexpr size_t kPaintAtOnce = size_t{64} << 10;
constexpr size_t kScattered = 512;
constexpr size_t kScatteredOfASize = 32;

}  // namespace

ArenaHeap* ArenaHeap::make(void* memory, size_t bytes, const Options& options) {
  auto* heap = new (memory) ArenaHeap;
  heap->memory_end_ = static_cast<std::byte*>(memory) + bytes;
  heap->next_ = heap->painted_ = heap->origin();
  heap->fill_ = options.fill;
  heap->restart(options);
  return heap;
}

std::byte* ArenaHeap::origin() {
  return reinterpret_cast<std::byte*>(this) + (sizeof(ArenaHeap) + 15) / 16 * 16 + sizeof(Header);
}

void ArenaHeap::restart(const Options& options) {
  CHECK(options.shift % 16 == 0);
  std::memset(origin(), options.fill, static_cast<size_t>(next_ - origin()));
  if (options.fill != fill_) painted_ = next_;
  fill_ = options.fill;
  begin_ = next_ = origin() + options.shift;
  painted_ = std::max(painted_, begin_);
  std::byte* const end = memory_end_ - kLastResort;
  CHECK(begin_ < end);
  const auto room = static_cast<size_t>(end - begin_);
  limit_ = begin_ + std::min(options.limit, room);
  last_ = limit_ + std::min(kHeadroom, static_cast<size_t>(end - limit_));
  ready_ = std::min(painted_, limit_);
  exhausted_ = false;
  std::fill(std::begin(free_), std::end(free_), nullptr);
  if (options.scatter != 0) scatter(options.scatter);
}

// A shift leaves the order of addresses and their distances as they were. So the first blocks of
// each small size are given out in another order, for the sake of whoever sorts or hashes pointers.
void ArenaHeap::scatter(uint64_t salt) {
  for (size_t bytes = 1; bytes <= kScattered; bytes += 16) {
    std::array<void*, kScatteredOfASize> blocks{};
    for (void*& block : blocks) block = allocate(bytes);
    for (size_t left = blocks.size(); left > 1; --left) {
      const uint64_t pick = scramble(salt ^ (bytes * kScatteredOfASize + left)) % left;
      std::swap(blocks[left - 1], blocks[pick]);
    }
    for (void* block : blocks) {
      if (block != nullptr) free(block);
    }
  }
}

void ArenaHeap::forget(std::byte* from) {
  next_ = std::min(next_, from);
  painted_ = std::min(painted_, from);
}

bool ArenaHeap::make_ready(ptrdiff_t total, bool last_resort) {
  std::byte* const last = last_ + (last_resort ? kLastResort : 0);
  if (total > last - next_) {
    exhausted_ = true;
    return false;
  }
  std::byte* const needed = next_ + total;
  if (needed > limit_) exhausted_ = true;
  if (needed > painted_) {
    std::byte* const to = std::min(needed + kPaintAtOnce, last);
    std::memset(painted_, fill_, static_cast<size_t>(to - painted_));
    painted_ = to;
  }
  ready_ = std::max(needed, std::min(painted_, exhausted_ ? last_ : limit_));
  return true;
}

void* ArenaHeap::allocate_aligned(size_t bytes, size_t alignment) {
  if (alignment <= 16) return allocate(bytes);
  if (bytes > kLargest || alignment > kLargest - bytes) return refuse();
  auto* own = static_cast<std::byte*>(allocate(bytes + alignment));
  if (own == nullptr) return nullptr;
  const auto misfit = reinterpret_cast<uintptr_t>(own) & (alignment - 1);
  if (misfit == 0) return own;
  const auto distance = static_cast<uint32_t>(alignment - misfit);
  *header(own + distance) = {.index = distance, .mark = kShifted};
  return own + distance;
}

void* ArenaHeap::refuse() {
  exhausted_ = true;
  return nullptr;
}

void ArenaHeap::refuse_to_free() {
  CHECK(!"RunArena: deleted what is not a live block: deleted twice, or of an earlier run");
  __builtin_unreachable();
}

}  // namespace seedbed

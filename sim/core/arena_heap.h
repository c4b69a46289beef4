// The allocator inside an arena: free lists by size over a pointer that moves forward. Private to
// sim/core/arena.cc and arena_new.cc, and to their tests.
//
// It manages the memory right behind itself and has no other state, so that copying the bytes from
// its own address to end() copies the whole heap.
//
//   | ArenaHeap | shift | block | ... | block | fresh, painted | fresh | headroom | last resort |
//                       begin()             end()            ready      limit
//
// A block is an 8-byte header and a payload aligned to 16. Sizes are rounded up to multiples of
// 16 up to 1 KiB, then to eight steps per doubling (at most an eighth is wasted). A freed block
// goes to the list of its size and is the next one handed out in that size; blocks are never split
// or merged, because runs are short and what they free is mostly what they allocate next.
//
// The same calls give the same addresses and, where memory was never written, the same contents:
// fresh memory is painted before it is handed out, whether or not the system gave it as zeros.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace seedbed {

class ArenaHeap {
 public:
  struct Options {
    size_t limit;            // bytes until exhausted()
    size_t shift = 0;        // first block this much later; a multiple of 16
    unsigned char fill = 0;  // what fresh memory holds
    uint64_t scatter = 0;    // unless 0: in which order small blocks are given out at first
  };
  static constexpr size_t kHeadroom = size_t{64} << 20;
  static constexpr size_t kLastResort = size_t{64} << 10;

  // Makes a heap at the beginning of these writable bytes.
  static ArenaHeap* make(void* memory, size_t bytes, const Options& options);

  // Drops every block and begins again. What was used is filled.
  void restart(const Options& options);

  // To be called before restart() when the contents of [from, ...) were given back to the system.
  void forget(std::byte* from);

  // A block of at least `bytes`, aligned to 16; null when there is no more. `last_resort` may
  // use what is kept for the exception that reports it.
  void* allocate(size_t bytes, bool last_resort = false) {
    if (bytes > kLargest) return refuse();
    const SizeClass size = size_class(bytes);
    if (Free* block = free_[size.index]; block != nullptr) {
      free_[size.index] = block->next;
      header(block)->mark = kLive;
      return block;
    }
    const auto total = static_cast<ptrdiff_t>(size.total);
    if (total > ready_ - next_ && !make_ready(total, last_resort)) return nullptr;
    auto* block = reinterpret_cast<Header*>(next_);
    next_ += size.total;
    *block = {.index = size.index, .mark = kLive};
    return block + 1;
  }
  // The same with another alignment, a power of two.
  void* allocate_aligned(size_t bytes, size_t alignment);

  // Takes a block back. CHECK-fails if it is none, or is free already.
  void free(void* payload) {
    Header* head = header(payload);
    if (head->mark == kShifted) {
      head->mark = kFree;
      payload = static_cast<std::byte*>(payload) - head->index;
      head = header(payload);
    }
    if (head->mark != kLive) refuse_to_free();
    head->mark = kFree;
    auto* block = static_cast<Free*>(payload);
    block->next = free_[head->index];
    free_[head->index] = block;
  }

  bool exhausted() const { return exhausted_; }
  const std::byte* begin() const { return begin_; }
  const std::byte* end() const { return next_; }
  size_t used() const { return static_cast<size_t>(next_ - begin_); }
  // The end of all memory that was ever written.
  std::byte* painted() const { return painted_; }

 private:
  struct Header {
    uint32_t index;  // of the size; for a shifted payload, its distance from the block's own
    uint32_t mark;
  };
  struct Free {
    Free* next;
  };
  struct SizeClass {
    size_t total;  // with the header
    uint32_t index;
  };
  static constexpr uint32_t kLive = 0x6c697665;  // "live"
  static constexpr uint32_t kFree = 0x66726565;
  static constexpr uint32_t kShifted = 0x73686674;
  static constexpr size_t kSmall = 1024;
  static constexpr size_t kLargest = (size_t{1} << 32) - sizeof(Header);
  static constexpr uint32_t kSizes = kSmall / 16 + 8 * (32 - 10) + 1;

  static Header* header(void* payload) { return static_cast<Header*>(payload) - 1; }

  static SizeClass size_class(size_t bytes) {
    size_t total = (bytes + sizeof(Header) + 15) / 16 * 16;
    if (total <= kSmall) return {total, static_cast<uint32_t>(total / 16)};
    const auto width = static_cast<uint32_t>(std::bit_width(total - 1));  // 11: up to 2048
    const uint32_t step = width - 4;
    const size_t steps = ((total - 1) >> step) + 1;  // 9 to 16
    return {steps << step, static_cast<uint32_t>(kSmall / 16 + (width - 11) * 8 + steps - 8)};
  }

  void scatter(uint64_t salt);
  bool make_ready(ptrdiff_t total, bool last_resort);
  void* refuse();
  [[noreturn]] static void refuse_to_free();
  std::byte* origin();  // where the first block is without a shift

  std::byte* memory_end_;
  std::byte* begin_;    // of the first block
  std::byte* next_;     // of the next fresh block
  std::byte* ready_;    // up to here blocks may be carved without a second thought
  std::byte* painted_;  // up to here fresh memory holds fill_
  std::byte* limit_;
  std::byte* last_;  // of the memory without the last resort
  unsigned char fill_;
  bool exhausted_ = false;
  Free* free_[kSizes] = {};
};

}  // namespace seedbed

// Stacks for fibers: guarded, pooled, and at the same addresses in every process.
//
//   StackPool stacks;                           // one for the process; it outlives every run
//   if (!stacks.prepare()) return kNoStacks;    // the limit is reached: a verdict, not a crash
//   Fiber fiber(stacks, serve, &request);       // takes a stack, gives it back when destroyed
//   ...
//   stacks.release_all();                       // the end of a run, without unwinding anything
//
// The pool reserves one range of addresses when it is made, and cuts it into equal slots:
//
//   low addresses                                                              high addresses
//   | guard, no access | usable_bytes, at least                ... grows down | colour | guard
//
// - A **guard** page below each stack turns an overflow into a fault at the moment it happens,
//   instead of a quiet change to somebody else's memory. `guards()` lets a crash handler say so.
// - **Pooling**: making a guarded stack costs system calls and page faults, some microseconds;
//   taking one that has been used before costs a few nanoseconds. Slots are made when first needed
//   and kept until the pool dies.
// - **Fixed addresses**: slot i is at base + i * stride in every process, and a run that acquires
//   and releases in the same order gets the same slots, whatever ran before it. A world that
//   depends on the address of a local variable by mistake is therefore at least wrong in the same
//   way each time, and saved worlds can be put back where they were. When the default range is
//   taken, any other is used and `at_fixed_address()` is false.
// - **Colour**: stacks whose tops are a large power of two apart compete for the same few cache
//   lines. Tops are therefore staggered by multiples of 64 bytes, a different one for each slot.
//
// The limit. Linux allows a process 65,530 mappings (vm.max_map_count), and each guarded stack
// needs two, so stack 32,742 or so cannot be made. The default limit stays well below; what is
// beyond it is an answer of `prepare()`, because a world that leaks fibers is a finding and not our
// crash.
//
// One thread. The pool lives outside the arena of a run (sim/core/arena.h) and never allocates
// after it was made, so that a run may use it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/core/sanitizers.h"

namespace seedbed {

// Room for an ordinary call chain with protobuf in it. The address sanitizer puts red zones around
// every local variable and needs far more.
inline constexpr size_t kDefaultStackBytes = (sanitizers::kAddress ? 256 : 64) * size_t{1024};

struct StackPoolOptions {
  size_t usable_bytes = kDefaultStackBytes;  // of each stack; rounded up to whole pages
  uint32_t limit = 20'000;                   // stacks that may exist at once
  uintptr_t base = 0x5300'0000'0000;         // where the range should be; 0: anywhere
};

class StackPool {
 public:
  // One slot, as its user sees it.
  struct Stack {
    std::byte* low = nullptr;  // the lowest usable byte; the guard is right below
    std::byte* top = nullptr;  // one past the highest byte, aligned to 64
    uint32_t slot = 0;

    size_t size() const { return static_cast<size_t>(top - low); }
  };

  // Reserves addresses for `limit` stacks, but no memory yet.
  explicit StackPool(const StackPoolOptions& options = {});
  // Every stack goes, used or not: whoever still runs on one must be gone.
  ~StackPool();
  StackPool(const StackPool&) = delete;
  StackPool& operator=(const StackPool&) = delete;

  // Makes sure that the next `acquire()` succeeds. False when the limit is reached, or when the
  // system refuses another mapping; the pool stays usable.
  [[nodiscard]] bool prepare() { return !free_.empty() || next_ < mapped_ || map_next(); }

  // The stack released last, or else the lowest slot not used since `release_all()`. Its contents
  // are whatever its last user left. CHECK-fails where `prepare()` would be false.
  Stack acquire();

  // Gives a stack of `acquire()` back.
  void release(uint32_t slot);

  // Takes every stack back, also those in use, and begins again with slot 0: what the end of a run
  // does whose memory is dropped without unwinding its fibers. O(1).
  void release_all() {
    free_.clear();
    next_ = 0;
  }

  // Fills the part of every free stack that has ever been used with `pattern`. A world that gives
  // different traces after different patterns has read a local variable before writing it.
  void repaint(uint64_t pattern);

  // The deepest that any stack has ever been used, in whole pages. Slow: asks the kernel.
  size_t high_water_bytes() const;

  // Is this the address of a guard, in other words: did a stack overflow?
  bool guards(const void* address) const;

  uint32_t in_use() const { return next_ - static_cast<uint32_t>(free_.size()); }
  uint32_t mapped() const { return mapped_; }  // stacks ever made
  uint32_t limit() const { return limit_; }
  bool at_fixed_address() const { return base_ != nullptr && base_ == wanted_; }
  Stack stack(uint32_t slot) const;
  // The range of addresses that is reserved for stacks.
  const std::byte* begin() const { return base_; }
  size_t bytes() const { return base_ == nullptr ? 0 : stride_ * limit_; }

 private:
  bool map_next();
  void paint(uint32_t slot, uint64_t pattern) const;
  std::byte* slot_low(uint32_t slot) const;  // of its usable part
  std::byte* slot_end(uint32_t slot) const;  // of the slot, colour included
  std::byte* lowest_used(uint32_t slot) const;

  std::byte* wanted_;
  std::byte* base_ = nullptr;  // null: the system refused the reservation
  size_t stride_;
  uint32_t limit_;
  uint32_t mapped_ = 0;         // slots [0, mapped_) are accessible
  uint32_t next_ = 0;           // slots [next_, ...) are unused since release_all()
  std::vector<uint32_t> free_;  // slots below next_ that are not in use; the last one goes first
};

}  // namespace seedbed

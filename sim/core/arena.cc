// Invariants:
// 1. `inside` is true only if there is a heap.
// 2. Exactly the memory in which `heap` lies is accessible: the whole range, or one half of it
// after
//    a reset with `alternate`.
#include "sim/core/arena.h"

#include <sys/mman.h>

#include <algorithm>
#include <new>
#include <utility>

#include "sim/core/arena_heap.h"
#include "sim/core/arena_state.h"
#include "sim/core/check.h"
#include "sim/core/guard.h"
#include "sim/core/hash.h"

namespace seedbed {

namespace arena_state {

constinit bool inside = false;
constinit ArenaHeap* heap = nullptr;
constinit size_t bytes = 0;

}  // namespace arena_state

namespace {

using arena_state::heap;

constexpr size_t kHalf = RunArena::kBytes / 2;
// A run that needed more gives the rest back to the system at its end.
constexpr size_t kKeepResident = size_t{64} << 20;

std::byte* const kLow = reinterpret_cast<std::byte*>(RunArena::kBase);
std::byte* const kHigh = kLow + kHalf;

// What is accessible.
enum class Extent { kWhole, kLowHalf, kHighHalf };
constinit Extent extent = Extent::kWhole;

ArenaHeap::Options heap_options(const ArenaOptions& options) {
  if (options.salt == 0) return {.limit = options.limit, .fill = RunArena::kFill};
  const uint64_t hash = scramble(options.salt);
  return {.limit = options.limit,
          .shift = (1 + (hash & 0xffff)) * 16,
          .fill = static_cast<unsigned char>(hash >> 56),
          .scatter = hash | 1};
}

// Compilers may assume that operator new reads no variables; the barrier keeps them from leaving
// out a change of this one between two scopes.
bool switch_inside(bool inside) {
  const bool before = std::exchange(arena_state::inside, inside);
  asm volatile("" : : : "memory");
  return before;
}

// False under valgrind, and when something else has replaced the operators after us.
bool new_is_ours() {
  if (!arena_state::operators_replaced()) return false;
  switch_inside(true);
  void* probe = ::operator new(1);
  asm volatile("" : "+r"(probe) : : "memory");  // compilers may leave out a pair of new and delete
  const bool ours = arena_state::contains(probe);
  switch_inside(false);  // in which state either kind may be deleted
  ::operator delete(probe);
  return ours;
}

bool reserve() {
  if (!arena_state::operators_replaced()) return false;
  void* got = mmap(kLow, RunArena::kBytes, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
  if (got == MAP_FAILED) return false;
  // Some emulators take MAP_FIXED_NOREPLACE for a mere hint: believe the address only.
  if (got == kLow) {
    // A world of thousands of nodes would spend its time looking up small pages. Only a wish.
    madvise(kLow, RunArena::kBytes, MADV_HUGEPAGE);
    arena_state::bytes = RunArena::kBytes;
    heap = ArenaHeap::make(kLow, RunArena::kBytes, heap_options({}));
    if (new_is_ours()) return true;
  }
  heap = nullptr;
  arena_state::bytes = 0;
  munmap(got, RunArena::kBytes);
  return false;
}

// Large runs are rare: keep their memory from staying with the small ones.
void give_back() {
  std::byte* const from = reinterpret_cast<std::byte*>(heap) + kKeepResident;
  std::byte* const to = heap->painted();
  if (to <= from) return;
  CHECK(madvise(from, static_cast<size_t>(to - from), MADV_DONTNEED) == 0);
  heap->forget(from);
}

void allow(std::byte* from, size_t size, bool access) {
  CHECK(mprotect(from, size, access ? PROT_READ | PROT_WRITE : PROT_NONE) == 0);
}

// Makes `next` the accessible part, with a new heap in it if it is another one.
void move_to(Extent next, const ArenaHeap::Options& options) {
  std::byte* const place = next == Extent::kHighHalf ? kHigh : kLow;
  const size_t size = next == Extent::kWhole ? RunArena::kBytes : kHalf;
  allow(kLow, RunArena::kBytes, true);
  CHECK(madvise(kLow, RunArena::kBytes, MADV_DONTNEED) == 0);
  if (size == kHalf) allow(place == kLow ? kHigh : kLow, kHalf, false);
  heap = ArenaHeap::make(place, size, options);
  extent = next;
}

}  // namespace

bool RunArena::enabled() {
  static const bool available = reserve();
  return available;
}

void RunArena::reset(const ArenaOptions& options) {
  if (!enabled()) return;
  CHECK(!arena_state::inside);
  const ArenaHeap::Options next = heap_options(options);
  if (options.alternate) {
    move_to(extent == Extent::kLowHalf ? Extent::kHighHalf : Extent::kLowHalf, next);
  } else if (extent != Extent::kWhole) {
    move_to(Extent::kWhole, next);
  } else {
    give_back();
    heap->restart(next);
  }
}

bool RunArena::inside() { return arena_state::inside; }
bool RunArena::contains(const void* address) { return arena_state::contains(address); }
size_t RunArena::used() { return heap != nullptr ? heap->used() : 0; }
bool RunArena::exhausted() noexcept { return heap != nullptr && heap->exhausted(); }
const std::byte* RunArena::used_begin() { return heap != nullptr ? heap->begin() : nullptr; }
const std::byte* RunArena::used_end() { return heap != nullptr ? heap->end() : nullptr; }

RunArena::Inside::Inside() : before_(switch_inside(enabled())) {}
RunArena::Inside::~Inside() { switch_inside(before_); }
RunArena::Outside::Outside()
    : before_(switch_inside(false)), guarded_(std::exchange(guard_state::run, nullptr)) {}
RunArena::Outside::~Outside() {
  guard_state::run = guarded_;
  switch_inside(before_);
}

}  // namespace seedbed

// What arena.cc and arena_new.cc share. Private to them, and to the scheduler, which asks before
// every action whether the memory has run out.
#pragma once

#include <cstddef>
#include <cstdint>

#include "sim/core/arena.h"
#include "sim/core/arena_heap.h"

namespace seedbed::arena_state {

// Where new memory comes from. Plain, because a run has one thread.
extern constinit bool inside;
// The heap in use; null until there is an arena.
extern constinit ArenaHeap* heap;
// RunArena::kBytes, or 0 as long as the range is not ours.
extern constinit size_t bytes;

inline bool contains(const void* address) {
  return reinterpret_cast<uintptr_t>(address) - RunArena::kBase < bytes;
}

// Defined beside the operators, so that whoever links the arena links them. False where they are
// left out.
bool operators_replaced();

}  // namespace seedbed::arena_state

// Finds pointers that would dangle: words outside of the arena that point into what a run has used.
//
//   RunArena::Inside inside;
//   world.run();
//   RunArena::Outside outside;
//   for (const StrayPointer& stray : words_pointing_in()) report(stray);
//
// Every such word that is still there when the run is over belongs to somebody who will outlive it:
// a static, a cache of a library, a thread_local, an object made outside and changed inside (see
// the rules in sim/core/arena.h). Linux only; for tests, where it takes some milliseconds.
//
// It looks at memory and not at types, so it can be wrong. It reports words that nobody will read:
// what was freed on the heap, and integers that look like addresses. Hence compare with a scan of
// the same place in a run known to be good, or let the number be the same after ten runs and after
// a hundred. It overlooks pointers that are stored in some other form, and those in registers.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace seedbed {

struct StrayPointer {
  const void* where;    // the address of the word
  std::string mapping;  // where that is, in the words of the kernel: a file, "[heap]", or nothing
  size_t offset;  // what it points to, from RunArena::kBase (a list of pointers would find itself)
};

// Those words, in the order of their addresses. Not searched: the arena itself, the stack of the
// thread, and memory that was never touched. `skip` is a further range that is not (its
// first byte and its length), such as a StackPool's. Empty without an arena. Only outside.
struct SkippedRange {
  const void* begin = nullptr;
  size_t bytes = 0;
};
std::vector<StrayPointer> words_pointing_in(SkippedRange skip = {});

}  // namespace seedbed

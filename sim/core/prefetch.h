// Asking the processor for memory that will be needed soon. Nothing depends on it but speed: any
// address will do, also one that nothing lives at any more.
#pragma once

#include <cstddef>
#include <cstdint>

namespace seedbed {

inline constexpr size_t kCacheLine = 64;

// Every cache line of [from, from + bytes).
inline void prefetch_range(const void* from, size_t bytes) {
  // Without this GCC takes a function that only prefetches for one that does nothing, and leaves
  // out the calls of it.
  asm volatile("" : : "r"(from));
  const auto* at = static_cast<const std::byte*>(from);
  for (size_t i = 0; i < bytes; i += kCacheLine) __builtin_prefetch(at + i);
  __builtin_prefetch(at + bytes - 1);
}

}  // namespace seedbed

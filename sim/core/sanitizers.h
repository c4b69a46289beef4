// What the address and leak sanitizers, and valgrind, must be told about stacks that they did not
// see being made. Every function does nothing in a build without them.
//
// Run with detect_stack_use_after_return=0 (the default of GCC 12 and Clang 14) when leaks are
// looked for: otherwise locals live in fake frames, those of a suspended fiber are not searched,
// and what only it owns is reported as leaked.
#pragma once

#include <cstddef>

#if defined(__SANITIZE_ADDRESS__)
#define SEEDBED_ASAN 1
#endif
#if defined(__SANITIZE_THREAD__)
#define SEEDBED_FOREIGN_HEAP 1
#endif
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SEEDBED_ASAN 1
#endif
#if __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define SEEDBED_FOREIGN_HEAP 1
#endif
#endif
#if defined(SEEDBED_ASAN)
#define SEEDBED_FOREIGN_HEAP 1  // the sanitizer must see every allocation
#endif

#if defined(SEEDBED_ASAN)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#include <sanitizer/lsan_interface.h>
#endif

namespace seedbed::sanitizers {

#if defined(SEEDBED_ASAN)
inline constexpr bool kAddress = true;

// Without a root region the leak sanitizer reports whatever only a suspended fiber owns.
inline void introduce_stack(void* low, size_t bytes) { __lsan_register_root_region(low, bytes); }
inline void forget_stack(void* low, size_t bytes) {
  __asan_unpoison_memory_region(low, bytes);
  __lsan_unregister_root_region(low, bytes);
}
inline void unpoison(void* low, size_t bytes) { __asan_unpoison_memory_region(low, bytes); }

// Around each switch: `start` on the stack that is left, `finish` on the one that is entered.
// `fake` is where the left stack's fake frames are kept (null: it is left for ever).
inline void start_switch(void** fake, const void* to_low, size_t to_bytes) {
  __sanitizer_start_switch_fiber(fake, to_low, to_bytes);
}
inline void finish_switch(void* fake, const void** from_low, size_t* from_bytes) {
  __sanitizer_finish_switch_fiber(fake, from_low, from_bytes);
}
#else
inline constexpr bool kAddress = false;

inline void introduce_stack(void*, size_t) {}
inline void forget_stack(void*, size_t) {}
inline void unpoison(void*, size_t) {}
inline void start_switch(void**, const void*, size_t) {}
inline void finish_switch(void*, const void**, size_t*) {}
#endif

}  // namespace seedbed::sanitizers

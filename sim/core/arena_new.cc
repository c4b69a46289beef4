// The replacements of operator new and delete and of the allocation of exceptions, as the table in
// sim/core/arena.h says.
//
// Exceptions: the C++ runtime allocates them with malloc, by four functions that may be replaced
// like operator new (Itanium C++ ABI, section 2.4.2). They belong to the world like everything
// else: a suspended fiber may hold one.
#include <cxxabi.h>

#include <cstdlib>
#include <cstring>
#include <new>

#include "sim/core/arena_state.h"
#include "sim/core/check.h"
#include "sim/core/sanitizers.h"

#if !defined(SEEDBED_FOREIGN_HEAP) && defined(__GLIBCXX__) && \
    (defined(__x86_64__) || defined(__aarch64__))
#define SEEDBED_REPLACE_NEW 1
#endif

namespace seedbed::arena_state {

#if defined(SEEDBED_REPLACE_NEW)
bool operators_replaced() { return true; }
#else
bool operators_replaced() { return false; }
#endif

}  // namespace seedbed::arena_state

#if defined(SEEDBED_REPLACE_NEW)

namespace {

namespace state = seedbed::arena_state;

// Null when there is no more.
[[gnu::noinline]] void* take_outside(size_t bytes, size_t alignment) {
  if (bytes == 0) bytes = 1;
  for (;;) {
    void* memory = alignment <= __STDCPP_DEFAULT_NEW_ALIGNMENT__
                       ? std::malloc(bytes)
                       : std::aligned_alloc(alignment, (bytes + alignment - 1) & ~(alignment - 1));
    if (memory != nullptr) return memory;
    const std::new_handler handler = std::get_new_handler();
    if (handler == nullptr) return nullptr;
    handler();
  }
}

inline void* take(size_t bytes) {
  if (state::inside) return state::heap->allocate(bytes);
  return take_outside(bytes, 1);
}

inline void* take(size_t bytes, std::align_val_t alignment) {
  if (state::inside) return state::heap->allocate_aligned(bytes, static_cast<size_t>(alignment));
  return take_outside(bytes, static_cast<size_t>(alignment));
}

inline void* or_throw(void* memory) {
  if (memory == nullptr) [[unlikely]]
    throw std::bad_alloc();
  return memory;
}

[[gnu::noinline]] void give_outside(void* memory) {
  if (state::inside && memory != nullptr) {
    seedbed::check_failed(
        "RunArena: memory from outside a run was freed inside it; use RunArena::Outside", __FILE__,
        __LINE__);
  }
  std::free(memory);
}

inline void give(void* memory) {
  if (!state::contains(memory)) return give_outside(memory);
  if (state::inside) state::heap->free(memory);
}

}  // namespace

void* operator new(size_t bytes) { return or_throw(take(bytes)); }
void* operator new[](size_t bytes) { return or_throw(take(bytes)); }
void* operator new(size_t bytes, std::align_val_t a) { return or_throw(take(bytes, a)); }
void* operator new[](size_t bytes, std::align_val_t a) { return or_throw(take(bytes, a)); }
void* operator new(size_t bytes, const std::nothrow_t&) noexcept { return take(bytes); }
void* operator new[](size_t bytes, const std::nothrow_t&) noexcept { return take(bytes); }
void* operator new(size_t bytes, std::align_val_t a, const std::nothrow_t&) noexcept {
  return take(bytes, a);
}
void* operator new[](size_t bytes, std::align_val_t a, const std::nothrow_t&) noexcept {
  return take(bytes, a);
}

void operator delete(void* p) noexcept { give(p); }
void operator delete[](void* p) noexcept { give(p); }
void operator delete(void* p, size_t) noexcept { give(p); }
void operator delete[](void* p, size_t) noexcept { give(p); }
void operator delete(void* p, std::align_val_t) noexcept { give(p); }
void operator delete[](void* p, std::align_val_t) noexcept { give(p); }
void operator delete(void* p, size_t, std::align_val_t) noexcept { give(p); }
void operator delete[](void* p, size_t, std::align_val_t) noexcept { give(p); }
void operator delete(void* p, const std::nothrow_t&) noexcept { give(p); }
void operator delete[](void* p, const std::nothrow_t&) noexcept { give(p); }
void operator delete(void* p, std::align_val_t, const std::nothrow_t&) noexcept { give(p); }
void operator delete[](void* p, std::align_val_t, const std::nothrow_t&) noexcept { give(p); }

namespace {

// The runtime's own header in front of a thrown object, which it expects to be zero: that of
// libstdc++ on 64-bit x86 and ARM (__cxa_refcounted_exception; its dependent one is smaller).
constexpr size_t kExceptionHeader = 128;

void* take_exception(size_t bytes) {
  void* memory =
      state::inside ? state::heap->allocate(bytes, /*last_resort=*/true) : std::malloc(bytes);
  if (memory == nullptr) {
    seedbed::check_failed("RunArena: no memory for an exception", __FILE__, __LINE__);
  }
  std::memset(memory, 0, kExceptionHeader);
  return memory;
}

}  // namespace

namespace __cxxabiv1 {

struct __cxa_dependent_exception;

extern "C" {

void* __cxa_allocate_exception(size_t thrown_bytes) noexcept {
  return static_cast<std::byte*>(take_exception(kExceptionHeader + thrown_bytes)) +
         kExceptionHeader;
}

void __cxa_free_exception(void* thrown) noexcept {
  give(static_cast<std::byte*>(thrown) - kExceptionHeader);
}

__cxa_dependent_exception* __cxa_allocate_dependent_exception() noexcept {
  return static_cast<__cxa_dependent_exception*>(take_exception(kExceptionHeader));
}

void __cxa_free_dependent_exception(__cxa_dependent_exception* exception) noexcept {
  give(exception);
}

}  // extern "C"

}  // namespace __cxxabiv1

#endif  // SEEDBED_REPLACE_NEW

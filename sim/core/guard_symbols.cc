// The guarded functions. Each asks one question, `is a run on?`, and passes the call on if not.
//
// They are weak: where the C++ library is linked statically, its own stand in for ours.
// Prototypes are those of glibc 2.36. Not here: functions that are pure (rand_r, erand48), that
// libraries need in order to exist (malloc, pthread_once, mutexes), and vfork, which cannot be
// wrapped.
#undef _FORTIFY_SOURCE  // its inline functions have our names
#include <dlfcn.h>
#include <pthread.h>
#include <sys/random.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include "sim/core/check.h"
#include "sim/core/guard.h"
#include "sim/core/guard_refuse.h"

#if defined(__GLIBC__) && !defined(SEEDBED_NO_GUARD)

namespace seedbed {

bool guard_symbols_linked() { return true; }

namespace {

constexpr const char* kClock = "Env::now()";
constexpr const char* kSleep = "Env::sleep()";
constexpr const char* kRandom = "Env::random()";
constexpr const char* kOption = "an option of the scenario";
constexpr const char* kSpawn = "Env::spawn()";
constexpr const char* kDisk = "Env's disk";
constexpr const char* kSelf = "Env::self()";

inline bool in_a_run() { return guard_state::run != nullptr; }

// The C library's own, found at the first call: the next after ours in the order of the linker.
template <class Function>
Function* real(const char* name, Function*& known) {
  if (known == nullptr) [[unlikely]] {
    void* found = dlsym(RTLD_NEXT, name);
    CHECK(found != nullptr && "the guard needs a C library that is linked dynamically");
    std::memcpy(&known, &found, sizeof known);
  }
  return known;
}

timespec refused_timespec() {
  const int64_t ns = nanoseconds(refused_time());
  return {.tv_sec = ns / 1'000'000'000, .tv_nsec = ns % 1'000'000'000};
}

void fill_refused(void* buffer, size_t bytes) {
  auto* at = static_cast<unsigned char*>(buffer);
  for (size_t i = 0; i < bytes; ++i) at[i] = static_cast<unsigned char>(refused_number());
}

constexpr uint64_t kLow31 = 0x7fffffff;
double refused_fraction() { return static_cast<double>(refused_number() & kLow31) / (kLow31 + 1); }

template <class Number>
Number refused_as(uint64_t mask = ~uint64_t{0}) {
  return static_cast<Number>(refused_number() & mask);
}

}  // namespace
}  // namespace seedbed

// GUARDED(NAME, INSTEAD, REFUSED, ARGUMENTS...): REFUSED is what a refused call returns.
#define SEEDBED_REAL(name, ...)                         \
  ([&] {                                                \
    static constinit decltype(&::name) known = nullptr; \
    return seedbed::real(#name, known)(__VA_ARGS__);    \
  }())
#define GUARDED(name, instead, refused, ...)                                 \
  do {                                                                       \
    if (seedbed::in_a_run()) [[unlikely]] {                                  \
      seedbed::refuse(#name, seedbed::instead, __builtin_return_address(0)); \
      return refused;                                                        \
    }                                                                        \
    return SEEDBED_REAL(name, __VA_ARGS__);                                  \
  } while (false)
#define SEEDBED_DOOR [[gnu::weak, gnu::noinline, gnu::visibility("default")]]

using seedbed::fill_refused;
using seedbed::refused_as;
using seedbed::refused_fraction;
using seedbed::refused_timespec;

extern "C" {

// --- Clocks ---

SEEDBED_DOOR time_t time(time_t* out) noexcept {
  const auto refused = [&] {
    const time_t now = refused_timespec().tv_sec;
    if (out != nullptr) *out = now;
    return now;
  };
  GUARDED(time, kClock, refused(), out);
}

SEEDBED_DOOR clock_t clock() noexcept {
  GUARDED(clock, kClock, refused_timespec().tv_sec * CLOCKS_PER_SEC);
}

SEEDBED_DOOR int clock_gettime(clockid_t id, timespec* out) noexcept {
  const auto refused = [&] {
    *out = refused_timespec();
    return 0;
  };
  GUARDED(clock_gettime, kClock, refused(), id, out);
}

SEEDBED_DOOR int timespec_get(timespec* out, int base) noexcept {
  const auto refused = [&] {
    *out = refused_timespec();
    return base;
  };
  GUARDED(timespec_get, kClock, refused(), out, base);
}

SEEDBED_DOOR int gettimeofday(timeval* __restrict out, void* __restrict zone) noexcept {
  const auto refused = [&] {
    const timespec now = refused_timespec();
    *out = {.tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000};
    return 0;
  };
  GUARDED(gettimeofday, kClock, refused(), out, zone);
}

SEEDBED_DOOR int nanosleep(const timespec* duration, timespec* rest) {
  GUARDED(nanosleep, kSleep, 0, duration, rest);
}
SEEDBED_DOOR int clock_nanosleep(clockid_t id, int flags, const timespec* until, timespec* rest) {
  GUARDED(clock_nanosleep, kSleep, 0, id, flags, until, rest);
}
SEEDBED_DOOR int usleep(useconds_t duration) { GUARDED(usleep, kSleep, 0, duration); }
SEEDBED_DOOR unsigned sleep(unsigned seconds) { GUARDED(sleep, kSleep, 0, seconds); }

// --- Randomness ---

SEEDBED_DOOR int rand() noexcept { GUARDED(rand, kRandom, refused_as<int>(seedbed::kLow31)); }
SEEDBED_DOOR void srand(unsigned seed) noexcept { GUARDED(srand, kRandom, void(), seed); }
SEEDBED_DOOR long random() noexcept { GUARDED(random, kRandom, refused_as<long>(seedbed::kLow31)); }
SEEDBED_DOOR void srandom(unsigned seed) noexcept { GUARDED(srandom, kRandom, void(), seed); }
SEEDBED_DOOR double drand48() noexcept { GUARDED(drand48, kRandom, refused_fraction()); }
SEEDBED_DOOR long lrand48() noexcept {
  GUARDED(lrand48, kRandom, refused_as<long>(seedbed::kLow31));
}
SEEDBED_DOOR long mrand48() noexcept {
  GUARDED(mrand48, kRandom, refused_as<long>(seedbed::kLow31));
}
SEEDBED_DOOR void srand48(long seed) noexcept { GUARDED(srand48, kRandom, void(), seed); }

SEEDBED_DOOR ssize_t getrandom(void* buffer, size_t bytes, unsigned flags) {
  const auto refused = [&] {
    fill_refused(buffer, bytes);
    return static_cast<ssize_t>(bytes);
  };
  GUARDED(getrandom, kRandom, refused(), buffer, bytes, flags);
}

SEEDBED_DOOR int getentropy(void* buffer, size_t bytes) {
  const auto refused = [&] {
    fill_refused(buffer, bytes);
    return 0;
  };
  GUARDED(getentropy, kRandom, refused(), buffer, bytes);
}

#if __GLIBC_PREREQ(2, 36)
SEEDBED_DOOR uint32_t arc4random() noexcept {
  GUARDED(arc4random, kRandom, refused_as<uint32_t>());
}
SEEDBED_DOOR void arc4random_buf(void* buffer, size_t bytes) noexcept {
  GUARDED(arc4random_buf, kRandom, fill_refused(buffer, bytes), buffer, bytes);
}
SEEDBED_DOOR uint32_t arc4random_uniform(uint32_t bound) noexcept {
  GUARDED(arc4random_uniform, kRandom, bound == 0 ? 0 : refused_as<uint32_t>() % bound, bound);
}
#endif

// std::random_device::operator(), which asks the processor where it can, and no library.
SEEDBED_DOOR unsigned _ZNSt13random_device9_M_getvalEv(void* self) {
  if (seedbed::in_a_run()) [[unlikely]] {
    seedbed::refuse("std::random_device", seedbed::kRandom, __builtin_return_address(0));
    return refused_as<unsigned>();
  }
  return SEEDBED_REAL(_ZNSt13random_device9_M_getvalEv, self);
}

// --- The environment ---

SEEDBED_DOOR char* getenv(const char* name) noexcept { GUARDED(getenv, kOption, nullptr, name); }
SEEDBED_DOOR char* secure_getenv(const char* name) noexcept {
  GUARDED(secure_getenv, kOption, nullptr, name);
}
SEEDBED_DOOR int setenv(const char* name, const char* value, int replace) noexcept {
  GUARDED(setenv, kOption, -1, name, value, replace);
}
SEEDBED_DOOR int gethostname(char* name, size_t bytes) noexcept {
  GUARDED(gethostname, kSelf, -1, name, bytes);
}

// --- Threads and processes ---

SEEDBED_DOOR int pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                                void* (*body)(void*), void* argument) noexcept {
  GUARDED(pthread_create, kSpawn, EAGAIN, thread, attributes, body, argument);
}
SEEDBED_DOOR pid_t fork() noexcept {
  errno = seedbed::in_a_run() ? EAGAIN : errno;
  GUARDED(fork, kSpawn, -1);
}
SEEDBED_DOOR int system(const char* command) { GUARDED(system, kSpawn, -1, command); }
SEEDBED_DOOR pid_t getpid() noexcept { GUARDED(getpid, kSelf, 1); }

// --- Files ---

int open(const char* path, int flags, ...);
int open64(const char* path, int flags, ...);
int openat(int folder, const char* path, int flags, ...);
int openat64(int folder, const char* path, int flags, ...);

// A mode may follow the flags; passing on what is not there does no harm in these calls.
#define SEEDBED_MODE(mode)                           \
  va_list arguments;                                 \
  va_start(arguments, flags);                        \
  const unsigned mode = va_arg(arguments, unsigned); \
  va_end(arguments);                                 \
  if (seedbed::in_a_run()) errno = EACCES

SEEDBED_DOOR int open(const char* path, int flags, ...) {
  SEEDBED_MODE(mode);
  GUARDED(open, kDisk, -1, path, flags, mode);
}
SEEDBED_DOOR int open64(const char* path, int flags, ...) {
  SEEDBED_MODE(mode);
  GUARDED(open64, kDisk, -1, path, flags, mode);
}
SEEDBED_DOOR int openat(int folder, const char* path, int flags, ...) {
  SEEDBED_MODE(mode);
  GUARDED(openat, kDisk, -1, folder, path, flags, mode);
}
SEEDBED_DOOR int openat64(int folder, const char* path, int flags, ...) {
  SEEDBED_MODE(mode);
  GUARDED(openat64, kDisk, -1, folder, path, flags, mode);
}
SEEDBED_DOOR FILE* fopen(const char* path, const char* mode) {
  GUARDED(fopen, kDisk, nullptr, path, mode);
}
SEEDBED_DOOR FILE* fopen64(const char* path, const char* mode) {
  GUARDED(fopen64, kDisk, nullptr, path, mode);
}

}  // extern "C"

#else

namespace seedbed {

bool guard_symbols_linked() { return false; }

}  // namespace seedbed

#endif

// The memory of a run: everything that C++ code allocates inside a run comes from one range of
// addresses, and is dropped as a whole when the run is over.
//
//   RunArena::reset({.limit = limits.memory});      // before every run
//   std::string verdict;                            // outlives the run, so: made outside
//   {
//     RunArena::Inside inside;                      // from here on `new` takes from the arena
//     World& world = *new World(scenario);          // never deleted: reset() does
//     world.run();
//     RunArena::Outside outside;                    // from here on `new` is the ordinary one again
//     verdict = world.verdict();                    // a copy, which survives
//   }
//   RunArena::reset();                              // whatever was allocated inside is gone
//
// What for: a run that is abandoned halfway, with thousands of suspended fibers and whatever they
// own, costs two microseconds to clear away and leaks nothing; the millionth run gets the same
// addresses and the same (absent) contents as the first; and a world that lies in one piece can
// be saved and put back.
//
// How: the library replaces operator new and delete and the allocation of exceptions. A flag says
// where new memory comes from. `delete` goes by the address instead, so that either kind may be
// freed under either flag:
//
//                       | flag off (outside)                 | flag on (inside)
//   new                 | the ordinary heap                  | the arena
//   delete, heap block  | frees it                           | **fatal**: a world that is run again
//                       |                                    |   would free it twice
//   delete, arena block | does nothing: reset() takes it     | to a free list of the arena
//
// malloc is left alone: what the C library allocates stays on the heap for ever, as it expects.
//
// Rules for a run
//   1. It has one thread, and starts no other. The flag is a plain variable.
//   2. Objects made outside that own, grow or count references (containers, strings, shared_ptr)
//   are
//      not changed inside, except in an `Outside` scope, and there only copies go in. An exception
//      must not leave an Outside scope.
//   3. Nothing inside outlives the run: no function-local static, no thread_local, no
//      exception_ptr kept. Handles of the C library, threads, dlopen, setenv and atexit do not
//      belong in a run either.
//   4. **Rehearse.** Libraries build their tables lazily and keep them for the life of the process.
//      Built inside a run, they would vanish with it. Hence the caller does one whole run without
//      `Inside` before the first with it; constructing each message type once is not enough.
//      Look-ups keyed by data (an unknown enum number or type name in protobuf) can build tables at
//      any time, so they happen in an Outside scope.
//   5. Never hash or order by an address, in the arena or out of it.
//
// What checks the rules: `words_pointing_in()` (sim/core/arena_scan.h) finds pointers that would
// dangle; runs in alternating halves of the arena, with the other half inaccessible, die where one
// is used; runs with another `salt` must give the same trace.
//
// Without an arena. In builds with the address, thread or memory sanitizer, under valgrind, and
// where the address range is not available, `enabled()` is false: allocations are ordinary ones,
// Inside and Outside do nothing, the memory limit does not bind, and whoever ends a run must unwind
// it.
//
// The arena's own bookkeeping lies at its beginning, so that a copy of [begin of the arena, end of
// the used range), together with the live parts of the stacks, is a copy of the world: saving and
// restoring worlds will stand on that.
#pragma once

#include <cstddef>
#include <cstdint>

namespace seedbed {

class Scheduler;

struct ArenaOptions {
  // Bytes a run may use before it is `exhausted()`.
  size_t limit = size_t{1} << 30;
  // Another salt shifts all addresses, gives small blocks out in another order of addresses and
  // changes the bytes that fresh memory holds. A run whose
  // trace changes with it depends on an address, or reads memory that it has not written.
  uint64_t salt = 0;
  // Use the half of the arena that was not used last, and make that one inaccessible, so that a
  // stale pointer into it is fatal. Slow (a system call or two); for tests.
  bool alternate = false;
};

class RunArena {
 public:
  RunArena() = delete;

  // The range reserved for arenas. The address is free on x86-64 in every configuration that was
  // tried, the sanitizers and valgrind included.
  static constexpr uintptr_t kBase = 0x5200'0000'0000;
  static constexpr size_t kBytes = size_t{4} << 30;
  // What `reset()` leaves in memory that was used; also what fresh memory holds with salt 0.
  static constexpr unsigned char kFill = 0xDD;

  // Is there an arena at all? Reserves it at the first call.
  static bool enabled();

  // Drops everything that was allocated inside, and prepares for a run with these options. The used
  // memory is filled, so that whoever still points to it notices. Only outside.
  static void reset(const ArenaOptions& options = {});

  // Would `new` take from the arena now?
  static bool inside();
  // Is this address within the arena, used or not?
  static bool contains(const void* address);
  // Bytes taken since reset(), freed ones included.
  static size_t used();

  // Has this run asked for more than its limit? It is then served for 64 MiB more, so that it can
  // be ended in an orderly way by whoever looks at this, at the latest before the next event. Code
  // that goes beyond that too, without letting anybody look, gets std::bad_alloc. Another compiler
  // or library may need more or less memory: where a run meets its limit is not a part of its
  // trace.
  static bool exhausted() noexcept;

  // The used range, as [begin, end).
  static const std::byte* used_begin();
  static const std::byte* used_end();

  // While one exists, `new` takes from the arena. Scopes of both kinds nest.
  class [[nodiscard]] Inside {
   public:
    Inside();
    ~Inside();
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;

   private:
    bool before_;
  };

  // While one exists, `new` is the ordinary one, even within a run, and the guard is down.
  class [[nodiscard]] Outside {
   public:
    Outside();
    ~Outside();
    Outside(const Outside&) = delete;
    Outside& operator=(const Outside&) = delete;

   private:
    bool before_;
    Scheduler* guarded_;  // whose run goes on afterwards (sim/core/guard.h)
  };
};

}  // namespace seedbed

// The guard: inside a run nobody reads the machine's clock, randomness or environment, starts a
// thread or a process, or opens a file. Who does ends the run, with a sentence that says what was
// called, and by whom:
//
//   the code under test called getrandom (from raft::Replica::start() in task main): use
//   Env::random()
//
// How: this library defines the functions of the C library that are such doors (guard_symbols.cc
// has the list). A program that links it statically gets them in place of the real ones, also for
// what shared libraries call: std::chrono's clocks, std::random_device and std::thread end there.
// Outside of runs they pass the call on, for the price of a test and a jump. Scheduler::run is what
// counts as a run; what happens in a RunArena::Outside scope (a watcher that writes its file) is
// not a part of it.
//
// A refused call must still return something, as C code cannot be unwound. It is the failure that
// the function documents, or a value that depends on nothing (the world's virtual time, the next
// number of a fixed sequence), so that a run that was refused something is itself repeatable. The
// run ends when the caller blocks or returns.
//
// What it cannot see: instructions that need no library (rdtsc, rdrand, a raw system call), the
// vDSO called by hand, functions of the C library that call each other inside it (localtime reads
// TZ), and calls that a library resolved with dlsym(handle, ...) or dlmopen. The determinism tests
// are there for those. Programs must link the C library dynamically, and the guard is left out
// where there is no glibc and where SEEDBED_NO_GUARD is defined (CMake: -DSEEDBED_GUARD=OFF). Why
// calls are refused rather than answered: docs/decisions/0013-the-guard.md.
#pragma once

#include <cstdint>

namespace seedbed {

class Scheduler;

// While one exists, the guard is up, for the run of this scheduler. Scopes nest.
class [[nodiscard]] Guard {
 public:
  explicit Guard(Scheduler& run);
  ~Guard();
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

  // Is there a guard in this program at all?
  static bool available();
  // Is it up now?
  static bool up();

 private:
  Scheduler* before_;
};

namespace guard_state {

// Whose run is guarded; null outside of runs. Plain, because a run has one thread; others look at
// it before they pass their calls on, and a run does not have them.
extern constinit Scheduler* run;
// How many numbers this run was given instead of randomness.
extern constinit uint64_t refused;

}  // namespace guard_state

}  // namespace seedbed

// Fibers: threads of control that take turns, so that a protocol can be written as if it could
// wait.
//
//   void serve(void* request) {                 // runs on its own stack
//     ...
//     Fiber::suspend();                         // back to whoever resumed us; later we go on here
//     ...
//   }
//
//   Fiber fiber(stacks, serve, &request);
//   fiber.resume();                             // runs serve() up to its suspend()
//   fiber.resume();                             // runs the rest
//   assert(fiber.finished());
//
// A fiber runs only inside `resume()`, which only the scheduler calls: there is no second processor
// and no preemption, and between two suspensions a fiber is alone in the world. Everything that can
// block in Seedbed (a call, a sleep, waiting for a disk) comes down to one `suspend()`, after the
// caller has told somebody to resume it.
//
// Ending. A fiber ends when its entry returns. It can also be killed, which is what the crash of a
// process does to its fibers: `suspend()` then throws ProcessKilled, destructors run in the usual
// order, and when the entry has been left the fiber is finished. What an entry may throw is exactly
// that: any other exception that leaves it is our own mistake and ends the program.
//
// Where a fiber must not be suspended:
// - in a destructor that runs because an exception is on its way (CHECK-fails): if the fiber were
//   killed there, a second exception would meet the first;
// - inside a `NoSuspend` region (CHECK-fails);
// - below a `noexcept` function or a C function without unwind tables. That cannot be seen from
//   here: it works until the fiber is killed, and then std::terminate is called. Put a NoSuspend
//   there.
// Suspending inside a `catch` is fine. The C++ runtime keeps one list of caught exceptions for each
// thread, which fibers would share; the switch gives each fiber its own. (Boost.Context does so
// only since 1.88: https://github.com/boostorg/context. Before, `throw;` could rethrow the
// exception of another fiber.)
//
// Fibers belong to one thread: the one that constructs them must resume them. The objects may live
// in the arena of a run. Their stacks come from a StackPool and have the same addresses in each
// run.
#pragma once

#include <cstddef>
#include <utility>

#include "sim/core/check.h"
#include "sim/core/fiber_switch.h"
#include "sim/core/sanitizers.h"
#include "sim/core/stack_pool.h"

namespace seedbed {

// Thrown out of `suspend()` in a fiber that is being killed. Not a std::exception, so that a
// handler for ordinary errors does not swallow it. Code that must tidy up uses destructors.
struct ProcessKilled {};

class Fiber {
 public:
  using Entry = void (*)(void* argument);

  // Takes a stack from `stacks`, which must outlive this fiber; CHECK-fails when there is none, so
  // ask `stacks.prepare()` first. `entry` does not run before the first `resume()`.
  Fiber(StackPool& stacks, Entry entry, void* argument);
  // CHECK-fails unless finished or never started: kill it first.
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  // Runs the fiber until it suspends or finishes. Only outside of fibers, only if not finished.
  void resume();

  // Blocks. Gives the control back to the caller of `resume()`, and returns at the next one. Throws
  // ProcessKilled if the fiber is being killed, at once in every further call. Only inside a fiber.
  static void suspend();

  // Lets `suspend()` throw ProcessKilled in the fiber and returns when it has finished. A fiber
  // that was never started will never be; a finished one stays so. Only outside of fibers.
  void kill();

  bool started() const { return state_ != State::kNew; }
  bool finished() const { return state_ == State::kFinished; }
  bool being_killed() const { return killed_ > 0; }

  // The fiber that is running; null in the scheduler.
  static Fiber* current() { return running_; }

 private:
  friend class NoSuspend;
  enum class State : unsigned char { kNew, kSuspended, kRunning, kFinished };

  // The head of the runtime's `__cxa_eh_globals`, fixed by the Itanium C++ ABI, section 2.2.2.
  struct ExceptionState {
    void* caught = nullptr;
    unsigned int uncaught = 0;
  };

  static void main(boost::context::detail::transfer_t from);
  void run_entry();
  [[noreturn]] void leave_for_ever();
  [[noreturn]] static void refuse_to_suspend();
  [[noreturn]] void throw_killed();

  // Of the one thread that has fibers.
  static constinit Fiber* running_;
  // The runtime's own exception state; asked for once per fiber and not at every switch.
  static constinit ExceptionState* runtime_;

  boost::context::detail::fcontext_t self_ = nullptr;     // where to go on, while suspended
  boost::context::detail::fcontext_t resumer_ = nullptr;  // where resume() waits, while running
  Entry entry_;
  void* argument_;
  ExceptionState exceptions_;  // while suspended; while running it is in the runtime
  StackPool* stacks_;
  uint32_t slot_;
  State state_ = State::kNew;
  unsigned char killed_ = 0;  // how often ProcessKilled was thrown, plus one; 0: not being killed

  // For the address sanitizer alone: our fake frames, and the bounds of the resumer's stack.
  void* fake_frames_ = nullptr;
  const void* resumer_low_ = nullptr;
  size_t resumer_bytes_ = 0;
};

// A region that must not block: state is half changed, or a C function is on the stack. Suspending
// inside it CHECK-fails with `reason` and the place of the guard, in every build.
//
//   NoSuspend guard("between the log and its index");
//
// Regions nest, and end with their scope, also by an exception. What the scheduler guards does not
// bind the fibers that it resumes.
class [[nodiscard]] NoSuspend {
 public:
  explicit NoSuspend(const char* reason, const char* file = __builtin_FILE(),
                     int line = __builtin_LINE())
      : reason_(reason), file_(file), line_(line), outer_(innermost_) {
    innermost_ = this;
  }
  ~NoSuspend() { innermost_ = outer_; }
  NoSuspend(const NoSuspend&) = delete;
  NoSuspend& operator=(const NoSuspend&) = delete;

  // Is the running code inside such a region?
  static bool active() { return innermost_ != nullptr; }

 private:
  friend class Fiber;
  const char* reason_;
  const char* file_;
  int line_;
  NoSuspend* outer_;
  static constinit NoSuspend* innermost_;  // of the running fiber, or of the scheduler
};

// Inline, both of them: a call that is entered on one stack and returned from on another spoils the
// processor's prediction of returns, and costs more than the switch itself.

inline void Fiber::resume() {
  CHECK(running_ == nullptr);
  CHECK(state_ == State::kNew || state_ == State::kSuspended);
  state_ = State::kRunning;
  running_ = this;
  NoSuspend* const guards = std::exchange(NoSuspend::innermost_, nullptr);
  const ExceptionState ours = std::exchange(*runtime_, exceptions_);

  void* fake_frames = nullptr;
  if constexpr (sanitizers::kAddress) {
    const StackPool::Stack stack = stacks_->stack(slot_);
    sanitizers::start_switch(&fake_frames, stack.low, stack.size());
  }
  self_ = switch_to(self_, this).fctx;
  sanitizers::finish_switch(fake_frames, nullptr, nullptr);

  exceptions_ = std::exchange(*runtime_, ours);
  NoSuspend::innermost_ = guards;
  running_ = nullptr;
}

inline void Fiber::suspend() {
  Fiber* const self = running_;
  if (self == nullptr || NoSuspend::active() || runtime_->uncaught != 0) refuse_to_suspend();
  if (!self->being_killed()) {
    self->state_ = State::kSuspended;
    sanitizers::start_switch(&self->fake_frames_, self->resumer_low_, self->resumer_bytes_);
    self->resumer_ = switch_to(self->resumer_, nullptr).fctx;
    sanitizers::finish_switch(self->fake_frames_, &self->resumer_low_, &self->resumer_bytes_);
  }
  if (self->being_killed()) self->throw_killed();
}

}  // namespace seedbed

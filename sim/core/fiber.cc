// Invariants:
// 1. running_ != nullptr exactly while some resume() is on the stack of the scheduler, and then
// that
//    fiber alone has state kRunning.
// 2. While a fiber runs, the runtime's exception state is the fiber's and that of the scheduler is
// in
//    a local variable of resume(); otherwise the other way round.
// 3. A suspended fiber is in no NoSuspend region and has no exception on its way.
#include "sim/core/fiber.h"

#include <cxxabi.h>
#include <fmt/format.h>

#include <exception>
#include <typeinfo>

namespace seedbed {

namespace {

using boost::context::detail::make_fcontext;
using boost::context::detail::transfer_t;

// A fiber that goes on blocking in spite of so many ProcessKilled swallows them.
constexpr unsigned char kPatience = 100;

// Like CHECK, with a message that says more than the condition.
[[noreturn]] void fail(const std::string& message, const char* file = __builtin_FILE(),
                       int line = __builtin_LINE()) {
  check_failed(message.c_str(), file, line);
}

// What escaped, for somebody who has to find it. Called inside a catch.
std::string describe_caught_exception() {
  try {
    throw;
  } catch (const std::exception& e) {
    return fmt::format("{}: {}", typeid(e).name(), e.what());
  } catch (const InvariantFailure& e) {
    return fmt::format("InvariantFailure: {}", e.message());
  } catch (...) {
    const std::type_info* type = abi::__cxa_current_exception_type();
    return type != nullptr ? type->name() : "an exception of a foreign language";
  }
}

}  // namespace

constinit Fiber* Fiber::running_ = nullptr;
constinit Fiber::ExceptionState* Fiber::runtime_ = nullptr;
constinit NoSuspend* NoSuspend::innermost_ = nullptr;

Fiber::Fiber(StackPool& stacks, Entry entry, void* argument)
    : entry_(entry), argument_(argument), stacks_(&stacks) {
  runtime_ = reinterpret_cast<ExceptionState*>(abi::__cxa_get_globals());
  const StackPool::Stack stack = stacks.acquire();
  slot_ = stack.slot;
  self_ = make_fcontext(stack.top, stack.size(), &Fiber::main);
}

Fiber::~Fiber() {
  CHECK(state_ == State::kNew || state_ == State::kFinished);
  stacks_->release(slot_);
}

void Fiber::leave_for_ever() {
  state_ = State::kFinished;
  sanitizers::start_switch(nullptr, resumer_low_, resumer_bytes_);
  switch_to(resumer_, nullptr);
  __builtin_unreachable();
}

void Fiber::kill() {
  CHECK(running_ == nullptr);
  if (state_ == State::kNew) state_ = State::kFinished;
  if (state_ == State::kFinished) return;
  killed_ = 1;
  resume();  // from here on suspend() throws without leaving, so it comes back finished
  CHECK(finished());
}

void Fiber::main(transfer_t from) {
  auto* self = static_cast<Fiber*>(from.data);
  self->resumer_ = from.fctx;
  sanitizers::finish_switch(nullptr, &self->resumer_low_, &self->resumer_bytes_);
  self->run_entry();
  self->leave_for_ever();
}

void Fiber::run_entry() {
  try {
    entry_(argument_);
  } catch (const ProcessKilled&) {
    // The end that was asked for.
  } catch (...) {
    const std::string what = describe_caught_exception();
    fail(fmt::format("an exception left a fiber: {}", what));
  }
}

void Fiber::throw_killed() {
  if (killed_ > kPatience) {
    fail("a fiber swallows ProcessKilled: catch (...) without throw?");
  }
  ++killed_;
  throw ProcessKilled{};
}

void Fiber::refuse_to_suspend() {
  CHECK(running_ != nullptr);
  if (const NoSuspend* guard = NoSuspend::innermost_; guard != nullptr) {
    fail(fmt::format("suspended inside NoSuspend: {}", guard->reason_), guard->file_, guard->line_);
  }
  fail("suspended while an exception is on its way, in a destructor");
}

}  // namespace seedbed

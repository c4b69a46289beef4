#include "sim/core/guard_refuse.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

#include "sim/core/arena.h"
#include "sim/core/guard.h"
#include "sim/core/guard_caller.h"
#include "sim/core/hash.h"
#include "sim/core/scheduler.h"

namespace seedbed {
namespace {

// On the stack of whoever called: it may be a fiber's.
struct Sentence {
  std::array<char, 512> text{};
};

Sentence sentence(const char* function, const char* instead, const void* from, const Task* task) {
  Sentence sentence;
  const CallerName caller = caller_name(from);
  fmt::format_to_n(sentence.text.data(), sentence.text.size() - 1,
                   "the code under test called {} (from {}{}{}): use {}", function,
                   caller.text.data(), task == nullptr ? "" : " in task ",
                   task == nullptr ? std::string_view() : task->name(), instead);
  return sentence;
}

}  // namespace

void refuse(const char* function, const char* instead, const void* from) {
  Scheduler& run = *guard_state::run;
  if (run.end() != RunEnd::kRunning) return;  // the first reason stands
  Sentence why;
  {
    const RunArena::Outside outside;  // and the guard is down, for we open files
    why = sentence(function, instead, from, run.current());
  }
  run.stop(RunEnd::kRefused, why.text.data());
}

Time refused_time() { return guard_state::run->now(); }

// Another one each time, so that a loop that waits for one ends.
uint64_t refused_number() { return scramble(++guard_state::refused); }

}  // namespace seedbed

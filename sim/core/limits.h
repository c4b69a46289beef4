// What a run may use, and how runs end. A bound that is hit turns a runaway protocol into a verdict
// instead of a hang.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sim/core/time.h"

namespace seedbed {

struct Limits {
  Time end = kStart + std::chrono::minutes(10);  // of virtual time
  uint64_t events = 20'000'000;                  // trace events in all
  size_t queue = 1'000'000;                      // pending actions
  size_t tasks = 20'000;                         // fibers alive
  uint64_t steps = 1'000'000;                    // wake-ups without virtual time passing
  size_t memory = size_t{1} << 30;               // bytes in the run's arena
};

enum class RunEnd : uint8_t {
  kRunning,
  kCompleted,  // whoever drives the run said so
  kIdle,       // nothing is pending any more
  kTimeLimit,  // virtual time is over
  kStopped,    // a checker had seen enough
  kInvariant,  // an INVARIANT of the code under test broke
  kException,  // an exception left the code under test
  kEventLimit,
  kQueueLimit,
  kTaskLimit,
  kStepLimit,
  kMemoryLimit,
  kRefused,  // the code under test went round the world (sim/core/guard.h)
};
std::string_view to_string(RunEnd end);

// True if a bound of the run was hit: no verdict about the protocol but that it ran away.
constexpr bool is_resource_limit(RunEnd end) {
  return end >= RunEnd::kEventLimit && end <= RunEnd::kMemoryLimit;
}

}  // namespace seedbed

// Virtual time: 64-bit nanoseconds, in two kinds that the compiler keeps apart.
//
//   Time     where the world is: what events are ordered by and traces are stamped with.
//   NodeTime what a node's own clock shows: offset and drifting, all that a process may see.
//   Duration the distance between two of a kind.
//
//   Time deadline = world_now + 5ms;        // fine
//   deadline == env.now();                  // does not compile: nodes cannot see world time
#pragma once

#include <chrono>
#include <cstdint>

namespace seedbed {

using namespace std::chrono_literals;

using Duration = std::chrono::duration<int64_t, std::nano>;

// Tags only: neither clock can be asked for the time.
struct WorldClock {
  using rep = int64_t;
  using period = std::nano;
  using duration = Duration;
  static constexpr bool is_steady = true;
};
struct NodeClock {
  using rep = int64_t;
  using period = std::nano;
  using duration = Duration;
  static constexpr bool is_steady = false;
};

using Time = std::chrono::time_point<WorldClock, Duration>;
using NodeTime = std::chrono::time_point<NodeClock, Duration>;

// Every run begins here.
inline constexpr Time kStart{};
// Later than anything that happens.
inline constexpr Time kNever = Time::max();

// Nanoseconds since the start of the run, for encoding and hashing.
template <class Clock>
constexpr int64_t nanoseconds(std::chrono::time_point<Clock, Duration> time) {
  return time.time_since_epoch().count();
}

}  // namespace seedbed

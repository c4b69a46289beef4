// WallTime: the time of day, as people and certificates know it. All machines mean the same by it,
// and none of them knows it exactly. Here it counts from the start of the run.
#pragma once

#include "sim/core/time.h"

namespace seedbed {

// A tag only.
struct CivilClock {
  using rep = int64_t;
  using period = std::nano;
  using duration = Duration;
  static constexpr bool is_steady = false;
};

using WallTime = std::chrono::time_point<CivilClock, Duration>;

// The true time lies between these, both ends included, unless the clock lies.
struct TimeInterval {
  WallTime earliest{};
  WallTime latest{};

  bool operator==(const TimeInterval&) const = default;
};

}  // namespace seedbed

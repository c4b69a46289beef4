// A node's clock: what env.now() shows. It starts with an offset and runs at its own rate.
#pragma once

#include "sim/core/time.h"

namespace seedbed {

class Clock {
 public:
  // Shows `offset` when the world is at kStart, and gains `drift_ppb` nanoseconds every second.
  Clock() : Clock(Duration{}) {}
  explicit Clock(Duration offset, int64_t drift_ppb = 0)
      : shown_at_base_(NodeTime(offset)), drift_ppb_(drift_ppb) {}

  NodeTime now(Time world) const {
    const Duration passed = world - base_;
    const auto gained = static_cast<__int128>(passed.count()) * drift_ppb_ / 1'000'000'000;
    return shown_at_base_ + passed + Duration(static_cast<int64_t>(gained));
  }

  // From `world` on it runs at another rate; what it shows does not jump.
  void set_drift(Time world, int64_t drift_ppb) {
    shown_at_base_ = now(world);
    base_ = world;
    drift_ppb_ = drift_ppb;
  }

  int64_t drift_ppb() const { return drift_ppb_; }

 private:
  Time base_ = kStart;
  NodeTime shown_at_base_;
  int64_t drift_ppb_;
};

}  // namespace seedbed

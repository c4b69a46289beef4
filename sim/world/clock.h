// A node's clocks. The steady one is what env.now() shows and timers run by: it starts with an
// offset and runs at its own rate. The wall clock follows it, and is set by others: it may jump,
// stand still, or be smeared. The interval clock bounds the true time, from now and then asking a
// reference that has it.
#pragma once

#include "sim/core/choice.h"
#include "sim/core/time.h"
#include "sim/world/wall_time.h"

namespace seedbed {

class Clock {
 public:
  // Shows `offset` when the world is at kStart, and gains `drift_ppb` nanoseconds every second.
  Clock() : Clock(Duration{}) {}
  explicit Clock(Duration offset, int64_t drift_ppb = 0)
      : shown_at_base_(NodeTime(offset)), drift_ppb_(drift_ppb) {}

  NodeTime now(Time world) const { return shown_at_base_ + lasted(world - base_); }

  // From `world` on it runs at another rate; what it shows does not jump.
  void set_drift(Time world, int64_t drift_ppb) {
    shown_at_base_ = now(world);
    base_ = world;
    drift_ppb_ = drift_ppb;
  }

  int64_t drift_ppb() const { return drift_ppb_; }

 private:
  // How long this clock says that `passed` was.
  Duration lasted(Duration passed) const {
    const auto gained = static_cast<__int128>(passed.count()) * drift_ppb_ / 1'000'000'000;
    return passed + Duration(static_cast<int64_t>(gained));
  }

  Time base_ = kStart;
  NodeTime shown_at_base_;
  int64_t drift_ppb_;
};

// What is done to a wall clock, on top of the steady clock that it follows. All of it adds up.
class WallClock {
 public:
  WallTime now(Time world, NodeTime steady) const {
    return frozen_ > 0 ? shown_frozen_ : running(world, steady);
  }

  // Sets it forward, or back.
  void jump(Duration by) { offset_ += by; }
  // It gains (or loses) that many nanoseconds every second more than before.
  void add_rate(Time world, int64_t ppb) {
    offset_ += gained(world);
    base_ = world;
    rate_ppb_ += ppb;
  }
  // Shows the same until as many thaws have come; then what it would have shown without.
  void freeze(Time world, NodeTime steady) {
    if (frozen_++ == 0) shown_frozen_ = running(world, steady);
  }
  void thaw() { --frozen_; }

 private:
  Duration gained(Time world) const {
    const auto gained = static_cast<__int128>((world - base_).count()) * rate_ppb_ / 1'000'000'000;
    return Duration(static_cast<int64_t>(gained));
  }
  WallTime running(Time world, NodeTime steady) const {
    return WallTime(steady.time_since_epoch()) + offset_ + gained(world);
  }

  Time base_ = kStart;
  Duration offset_{};
  int64_t rate_ppb_ = 0;
  int frozen_ = 0;
  WallTime shown_frozen_{};
};

// How well a node knows the true time.
struct IntervalClockOptions {
  Duration min_period = 1s;  // from one synchronisation to the next, drawn for the node
  Duration max_period = 30s;
  Duration uncertainty = 1ms;        // right after a synchronisation, at most
  int64_t declared_drift_ppm = 200;  // no faster does it grow than if the clock drifted like that
};

// A clock that knows how wrong it may be (Corbett et al., "Spanner", OSDI 2012, section 3). Each
// synchronisation gives it the true time with an error that is drawn, and a bound on that error;
// the bound grows with the declared drift until the next. If the steady clock drifts more than was
// declared, the bound is wrong.
class IntervalClock {
 public:
  IntervalClock(Choices& choices, Scope scope, IntervalClockOptions options);

  TimeInterval now(Time world, const Clock& steady);
  // Before the rate of the steady clock changes: that of the past must not be forgotten.
  void catch_up(Time world, const Clock& steady);
  // The interval lies that much too late from now on; sums up.
  void lie(Duration by) { lie_ += by; }

 private:
  Choices& choices_;
  Scope scope_;
  IntervalClockOptions options_;
  Duration period_{};  // zero: not drawn yet
  uint64_t synchronisations_ = 0;
  WallTime told_{};         // by the last one
  NodeTime steady_then_{};  // what the steady clock showed
  Duration uncertainty_then_{};
  Duration lie_{};
};

}  // namespace seedbed

#include "sim/world/clock.h"

#include "sim/world/sites.h"

namespace seedbed {

IntervalClock::IntervalClock(Choices& choices, Scope scope, IntervalClockOptions options)
    : choices_(choices), scope_(scope), options_(options) {}

// The first synchronisation is at the start of the world. Nothing happens at a synchronisation that
// anybody could see, so they are made up for when somebody asks.
void IntervalClock::catch_up(Time world, const Clock& steady) {
  if (period_ == Duration::zero()) {
    const uint64_t bits = choices_.ambient(sites::kClockSyncPeriod, scope_, 0);
    period_ = Duration(between(bits, options_.min_period.count(), options_.max_period.count()));
  }
  const auto due = 1 + static_cast<uint64_t>((world - kStart) / period_);
  if (due == synchronisations_) return;
  synchronisations_ = due;
  const Time then = kStart + period_ * static_cast<int64_t>(due - 1);
  const uint64_t bits = choices_.ambient(sites::kClockSyncError, scope_, due);
  uncertainty_then_ =
      Duration(between(bits, options_.uncertainty.count() / 4, options_.uncertainty.count()));
  const int64_t most = uncertainty_then_.count();
  told_ = WallTime(then - kStart) + Duration(between(scramble(bits), -most, most));
  steady_then_ = steady.now(then);
}

TimeInterval IntervalClock::now(Time world, const Clock& steady) {
  catch_up(world, steady);
  const Duration passed = steady.now(world) - steady_then_;
  // A clock that runs slow has seen less pass than did; rounded up.
  constexpr int64_t kMillion = 1'000'000;
  const int64_t drift = options_.declared_drift_ppm;
  const int64_t growth_ppm = drift * kMillion / (kMillion - drift) + 1;
  const auto grown = static_cast<__int128>(passed.count()) * growth_ppm / kMillion + 1;
  const Duration uncertainty = uncertainty_then_ + Duration(static_cast<int64_t>(grown));
  const WallTime middle = told_ + passed + lie_;
  return {.earliest = middle - uncertainty, .latest = middle + uncertainty};
}

}  // namespace seedbed

// Turning the 64 bits of a draw into what a decision needs: numbers below a bound, odds, and delays
// from a distribution. Integers only, so that every compiler and machine decides alike.
//
//   uint64_t bits = choices.ambient(kLatency, scope, ordinal);
//   Duration delay = Delay{.min = 200us, .mean = 500us, .max = 20ms}.sample(bits);
#pragma once

#include <array>
#include <cstdint>

#include "sim/core/time.h"

namespace seedbed {

// A number in [0, bound), from the high bits of `bits`. bound must be positive.
constexpr uint64_t below(uint64_t bits, uint64_t bound) {
  return static_cast<uint64_t>((static_cast<unsigned __int128>(bits) * bound) >> 64);
}

// A number in [low, high].
constexpr int64_t between(uint64_t bits, int64_t low, int64_t high) {
  return low + static_cast<int64_t>(below(bits, static_cast<uint64_t>(high - low) + 1));
}

// A probability, as a threshold on 32 bits.
class Ratio {
 public:
  constexpr Ratio() = default;
  constexpr Ratio(uint64_t numerator, uint64_t denominator)
      : threshold_(numerator >= denominator ? kOne : (numerator << 32) / denominator) {}
  static constexpr Ratio permille(uint64_t parts) { return {parts, 1000}; }

  // Whether the event happens, decided by the high half of `bits`.
  constexpr bool holds(uint64_t bits) const { return (bits >> 32) < threshold_; }
  constexpr bool never() const { return threshold_ == 0; }

  // The sum of both, at most certainty.
  friend constexpr Ratio operator+(Ratio one, Ratio other) {
    Ratio sum;
    sum.threshold_ = one.threshold_ + other.threshold_;
    if (sum.threshold_ > kOne) sum.threshold_ = kOne;
    return sum;
  }

 private:
  static constexpr uint64_t kOne = uint64_t{1} << 32;
  uint64_t threshold_ = 0;
};

// -ln(u) for u uniform in (0, 1], in 32.32 fixed point: an exponential variate of mean 1.
// The logarithm comes from a table of 256 mantissas, interpolated; its error is below 2^-16.
uint64_t exponential(uint64_t bits);

// A delay: min plus an exponential tail of the given mean, cut at max. With mean <= min it is the
// constant min.
struct Delay {
  Duration min{};
  Duration mean{};
  Duration max = Duration::max();

  Duration sample(uint64_t bits) const;
  // What a quietened choice gives: the mean, without jitter.
  Duration nominal() const { return mean < min ? min : mean; }
};

}  // namespace seedbed

#include "sim/core/random.h"

#include <algorithm>
#include <bit>

namespace seedbed {
namespace {

// log2 of x in [1, 2), x in 1.31 fixed point, by repeated squaring: 32 fractional bits.
constexpr uint64_t log2_mantissa(uint64_t x) {
  uint64_t result = 0;
  for (int bit = 31; bit >= 0; --bit) {
    x = (x * x) >> 31;
    if (x >= (uint64_t{1} << 32)) {
      result |= uint64_t{1} << bit;
      x >>= 1;
    }
  }
  return result;
}

constexpr int kTableBits = 8;
constexpr auto kLog2 = [] {
  std::array<uint64_t, (1 << kTableBits) + 1> table{};
  for (size_t i = 0; i < (1 << kTableBits); ++i) {
    table[i] = log2_mantissa((uint64_t{1} << 31) + (uint64_t{i} << (31 - kTableBits)));
  }
  table[1 << kTableBits] = uint64_t{1} << 32;
  return table;
}();

constexpr uint64_t kLn2 = 2977044472;  // ln 2 in 0.32 fixed point

}  // namespace

uint64_t exponential(uint64_t bits) {
  const uint64_t u = bits | 1;  // never zero; u / 2^64 is the uniform variate
  const int exponent = std::countl_zero(u);
  const uint64_t mantissa = u << exponent;  // 1.63
  const uint64_t index = (mantissa << 1) >> (64 - kTableBits);
  const uint64_t fraction = (mantissa << (1 + kTableBits)) >> 32;  // 0.32
  const uint64_t low = kLog2[index];
  const uint64_t high = kLog2[index + 1];
  const uint64_t log2 = low + (((high - low) * fraction) >> 32);
  // -log2(u / 2^64) = (exponent + 1) - log2(mantissa)
  const uint64_t negative_log2 = ((static_cast<uint64_t>(exponent) + 1) << 32) - log2;
  return static_cast<uint64_t>((static_cast<unsigned __int128>(negative_log2) * kLn2) >> 32);
}

Duration Delay::sample(uint64_t bits) const {
  if (mean <= min) return min;
  const auto scale = static_cast<uint64_t>((mean - min).count());
  const auto tail = static_cast<unsigned __int128>(exponential(bits)) * scale >> 32;
  return std::min(min + Duration(static_cast<int64_t>(tail)), max);
}

}  // namespace seedbed

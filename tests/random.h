// A tiny deterministic source of choices for tests.
#pragma once

#include <cstdint>
#include <string>

#include "sim/core/hash.h"

namespace seedbed {

class Random {
 public:
  explicit Random(uint64_t seed) : seed_(seed) {}
  uint64_t next() { return mix(seed_, ++count_); }
  // A number in [0, bound); 0 if bound is 0.
  uint64_t below(uint64_t bound) { return bound == 0 ? 0 : next() % bound; }
  // True `per_mille` times in a thousand.
  bool chance(uint64_t per_mille) { return below(1000) < per_mille; }
  std::string bytes(size_t size) {
    std::string result;
    for (size_t i = 0; i < size; ++i) result += static_cast<char>(below(256));
    return result;
  }

 private:
  uint64_t seed_;
  uint64_t count_ = 0;
};

}  // namespace seedbed

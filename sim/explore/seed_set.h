// SeedSet: which seeds, as ranges: a hundred thousand seeds in a row cost as much as one.
//
//   SeedSet ran;
//   ran.add(1, 7000);
//   ran.contains(42);            // true
//   ran.count(6001, 10'000);     // 1000
#pragma once

#include <cstdint>
#include <map>

namespace seedbed {

class SeedSet {
 public:
  // Adds [first, last]; what it holds already stays. `first` is at most `last`.
  void add(uint64_t first, uint64_t last);

  bool contains(uint64_t seed) const;
  // How many seeds of [first, last] it holds. Not for the whole of 2^64 seeds.
  uint64_t count(uint64_t first, uint64_t last) const;
  bool empty() const { return ranges_.empty(); }
  // First to last; no two overlap or touch.
  const std::map<uint64_t, uint64_t>& ranges() const { return ranges_; }

 private:
  std::map<uint64_t, uint64_t> ranges_;
};

}  // namespace seedbed

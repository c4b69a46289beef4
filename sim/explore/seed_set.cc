#include "sim/explore/seed_set.h"

#include <algorithm>
#include <iterator>

#include "sim/core/check.h"

namespace seedbed {

void SeedSet::add(uint64_t first, uint64_t last) {
  CHECK(first <= last);
  auto next = ranges_.upper_bound(first);
  if (next != ranges_.begin()) {
    const auto before = std::prev(next);
    if (first == 0 || before->second >= first - 1) {
      first = before->first;
      last = std::max(last, before->second);
      next = ranges_.erase(before);
    }
  }
  while (next != ranges_.end() && (last == UINT64_MAX || next->first <= last + 1)) {
    last = std::max(last, next->second);
    next = ranges_.erase(next);
  }
  ranges_.emplace(first, last);
}

bool SeedSet::contains(uint64_t seed) const {
  const auto next = ranges_.upper_bound(seed);
  return next != ranges_.begin() && std::prev(next)->second >= seed;
}

uint64_t SeedSet::count(uint64_t first, uint64_t last) const {
  uint64_t count = 0;
  auto range = ranges_.upper_bound(first);
  if (range != ranges_.begin()) --range;
  for (; range != ranges_.end() && range->first <= last; ++range) {
    const uint64_t begin = std::max(first, range->first);
    const uint64_t end = std::min(last, range->second);
    if (begin <= end) count += end - begin + 1;
  }
  return count;
}

}  // namespace seedbed

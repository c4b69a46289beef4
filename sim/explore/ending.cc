#include "sim/explore/ending.h"

#include <numeric>

namespace seedbed {

std::string_view to_string(Ending ending) {
  switch (ending) {
    case Ending::kCrash: return "crash";
    case Ending::kHang: return "hang";
    case Ending::kMemory: return "memory";
  }
  return to_string(static_cast<Verdict>(ending));
}

std::optional<Ending> ending_named(std::string_view name) {
  for (size_t i = 0; i < kEndings; ++i) {
    const auto ending = static_cast<Ending>(i);
    if (to_string(ending) == name) return ending;
  }
  return std::nullopt;
}

uint64_t EndingCounts::total() const {
  return std::accumulate(counts_.begin(), counts_.end(), uint64_t{0});
}

void EndingCounts::add(const EndingCounts& other) {
  for (size_t i = 0; i < kEndings; ++i) counts_[i] += other.counts_[i];
}

Tally EndingCounts::tally() const {
  Tally tally;
  for (size_t i = 0; i < kEndings; ++i) {
    tally.emplace_back(to_string(static_cast<Ending>(i)), counts_[i]);
  }
  return tally;
}

}  // namespace seedbed

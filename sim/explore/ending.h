// Ending: how a run of a campaign ended: with one of the six verdicts, or by taking its worker
// along.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "sim/run/verdict.h"

namespace seedbed {

// The first six are those of Verdict, with the same numbers.
enum class Ending : uint8_t {
  kCrash = kVerdicts,  // a signal, or exit()
  kHang,               // it was still going when its time was up
  kMemory,             // it held more memory than it may
};
inline constexpr size_t kEndings = kVerdicts + 3;

constexpr Ending ending_of(Verdict verdict) { return static_cast<Ending>(verdict); }

// "pass", ..., "inconclusive", "crash", "hang", "memory".
std::string_view to_string(Ending ending);
// Nothing if no ending is called so.
std::optional<Ending> ending_named(std::string_view name);

// How many runs ended how.
class EndingCounts {
 public:
  uint64_t& operator[](Ending ending) { return counts_[static_cast<size_t>(ending)]; }
  uint64_t operator[](Ending ending) const { return counts_[static_cast<size_t>(ending)]; }
  uint64_t operator[](Verdict verdict) const { return counts_[static_cast<size_t>(verdict)]; }

  uint64_t total() const;
  void add(const EndingCounts& other);
  // Every ending by name, those that did not occur too.
  Tally tally() const;

 private:
  std::array<uint64_t, kEndings> counts_{};
};

}  // namespace seedbed

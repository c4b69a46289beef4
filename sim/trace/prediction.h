// Prediction: what the next event will probably look like, given those before it. Recorder and
// reader predict alike, and only what came otherwise stands in the file.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "sim/core/event.h"

namespace seedbed {

// Which columns have an entry for an event: bits beside its kind in Block.shapes.
enum ShapeBit : uint64_t {
  kHasPeer = 1u << 5,  // the commonest first: two bits fit into the first byte
  kHasName = 1u << 6,
  kHasId = 1u << 7,
  kHasCause = 1u << 8,
  kHasPayload = 1u << 9,
  kHasValue = 1u << 10,
  kHasBytes = 1u << 11,
  kHasPayloadType = 1u << 12,
  kHasIndex = 1u << 13,
};
inline constexpr uint64_t kKindMask = 31;
static_assert(kEventKinds <= 32, "kinds have five bits in a shape");

// A name of the name table with its hash.
struct NumberedName {
  uint64_t number = 0;
  uint64_t hash = 0;
};

class Prediction {
 public:
  uint64_t index() const { return index_ + 1; }
  uint64_t time() const { return time_; }
  static uint64_t cause(uint64_t index) { return index - 1; }

  // Messages are numbered one after the other, probes by the hash of their name; most other ids are
  // near the last of their kind.
  uint64_t id(EventKind kind, const NumberedName& name) const {
    if (kind == EventKind::kReached) return name.hash;
    return last_id_[static_cast<size_t>(kind)] + (kind == EventKind::kSend ? 1 : 0);
  }
  static uint64_t value(EventKind kind, const NumberedName& name) {
    return kind == EventKind::kSend || kind == EventKind::kProbe ? name.hash : 0;
  }

  void learn(uint64_t index, uint64_t time, EventKind kind, uint64_t id) {
    index_ = index;
    time_ = time;
    last_id_[static_cast<size_t>(kind)] = id;
  }

 private:
  uint64_t index_ = 0;
  uint64_t time_ = 0;
  std::array<uint64_t, kEventKinds> last_id_{};
};

// A difference modulo 2^64 as a number that is small if the difference is near 0 on either side.
constexpr uint64_t zigzag(uint64_t difference) {
  return (difference << 1) ^ (0 - (difference >> 63));
}
constexpr uint64_t unzigzag(uint64_t coded) { return (coded >> 1) ^ (0 - (coded & 1)); }

}  // namespace seedbed

// Prediction: what the next event will probably look like, given those before it. Recorder and
// reader predict alike, and a row (sim/trace/row.h) has the difference: most often 0, or small.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "sim/core/event.h"

namespace seedbed {

// A name of the name table with its hash.
struct NumberedName {
  uint64_t number = 0;
  uint64_t hash = 0;
};

class Prediction {
 public:
  uint64_t index() const { return next_index_; }
  uint64_t time() const { return time_; }
  static uint64_t cause(uint64_t index) { return index - 1; }
  // Is that event surely one of those before, in the same block?
  bool in_block(uint64_t index) const { return index - first_index_ < next_index_ - first_index_; }
  // The first one of which that can be said; after it they are numbered without a gap.
  uint64_t first_index() const { return first_index_; }

  // Messages are numbered one after the other, probes by the hash of their name; most other ids are
  // near the last of their kind.
  uint64_t id(EventKind kind, const NumberedName& name) const {
    if (kind == EventKind::kReached) return name.hash;
    return last_id_[static_cast<size_t>(kind)] + (kind == EventKind::kSend ? 1 : 0);
  }
  static uint64_t value(EventKind kind, const NumberedName& name) {
    return kind == EventKind::kSend || kind == EventKind::kProbe ? name.hash : 0;
  }

  void begin_block() { first_index_ = next_index_; }
  // What the event was. Call after everything about it was predicted.
  void learn(uint64_t index, uint64_t time, EventKind kind, uint64_t id) {
    if (index != next_index_) [[unlikely]]
      first_index_ = index;
    next_index_ = index + 1;
    time_ = time;
    last_id_[static_cast<size_t>(kind)] = id;
  }

 private:
  uint64_t first_index_ = 1;
  uint64_t next_index_ = 1;
  uint64_t time_ = 0;
  std::array<uint64_t, kEventKinds> last_id_{};
};

// A difference modulo 2^64 as a number that is small if the difference is near 0 on either side.
constexpr uint64_t zigzag(uint64_t difference) {
  return (difference << 1) ^ (0 - (difference >> 63));
}
constexpr uint64_t unzigzag(uint64_t coded) { return (coded >> 1) ^ (0 - (coded & 1)); }

}  // namespace seedbed

// IndexTable: finds the number of a thing by its hash. The things stand elsewhere, in a vector; the
// table holds (hash, number) in open addressing and asks the caller whether two of one hash are
// equal.
//
//   IndexTable table;
//   auto [number, fresh] = table.find_or_insert(hash_bytes(name), names.size(),
//                                               [&](uint32_t i) { return names[i] == name; });
//   if (fresh) names.push_back(name);
//
// It cannot be iterated over, so that no order of hashes can leak into a verdict.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace seedbed {

class IndexTable {
 public:
  // The number stored under `hash` for which same(number) holds, and false; otherwise stores
  // `number` and gives it back, with true. `number` must be less than 2^32 - 1.
  template <class Same>
  std::pair<uint32_t, bool> find_or_insert(uint64_t hash, uint32_t number, Same same) {
    if ((size_ + 1) * 2 > slots_.size()) grow();
    const uint64_t mask = slots_.size() - 1;
    for (uint64_t i = hash & mask;; i = (i + 1) & mask) {
      Slot& slot = slots_[i];
      if (slot.number == kEmpty) {
        slot = {hash, number};
        ++size_;
        return {number, true};
      }
      if (slot.hash == hash && same(slot.number)) return {slot.number, false};
    }
  }

  size_t size() const { return size_; }
  size_t bytes() const { return slots_.size() * sizeof(Slot); }

 private:
  static constexpr uint32_t kEmpty = ~0u;
  struct Slot {
    uint64_t hash = 0;
    uint32_t number = kEmpty;
  };

  void grow() {
    std::vector<Slot> old = std::move(slots_);
    slots_.assign(old.empty() ? 64 : old.size() * 2, Slot{});
    const uint64_t mask = slots_.size() - 1;
    for (const Slot& slot : old) {
      if (slot.number == kEmpty) continue;
      uint64_t i = slot.hash & mask;
      while (slots_[i].number != kEmpty) i = (i + 1) & mask;
      slots_[i] = slot;
    }
  }

  std::vector<Slot> slots_;
  size_t size_ = 0;
};

}  // namespace seedbed

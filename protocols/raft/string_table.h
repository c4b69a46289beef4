// StringTable: values by a string, in one piece of memory. What the state machine keeps its data
// in: five servers look up every key, and a tree of strings would touch a line of memory for each
// of its levels.
//
//   StringTable<std::string> data;
//   data["k"] = "v";
//   if (std::string* value = data.find("k")) ...        // valid until the next addition or erasure
//   data.erase("k");
//
// Where a key stands depends on a salt, as in the hash tables of languages that fear collisions. It
// can be walked in the order of its keys only, so that nothing else depends on the salt. Open
// addressing with linear probing; an erasure moves back what stands behind it (Knuth, vol. 3, 6.4,
// algorithm R).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/core/hash.h"

namespace seedbed::raft {

template <class Value>
class StringTable {
 public:
  explicit StringTable(uint64_t salt = 0) : salt_(salt) {}

  uint64_t salt() const { return salt_; }
  size_t size() const { return size_; }

  // Null if there is none.
  Value* find(std::string_view key) {
    if (slots_.empty()) return nullptr;
    Slot& slot = slots_[place_of(key, hash_of(key))];
    return slot.hash != 0 ? &slot.value : nullptr;
  }
  const Value* find(std::string_view key) const {
    return const_cast<StringTable*>(this)->find(key);
  }

  // Adds a default one if there is none.
  Value& operator[](std::string_view key) {
    if (2 * (size_ + 1) > slots_.size()) grow();
    const uint64_t hash = hash_of(key);
    Slot& slot = slots_[place_of(key, hash)];
    if (slot.hash == 0) {
      slot.hash = hash;
      slot.key = key;
      ++size_;
    }
    return slot.value;
  }

  // False if there was none.
  bool erase(std::string_view key) {
    if (slots_.empty()) return false;
    size_t hole = place_of(key, hash_of(key));
    if (slots_[hole].hash == 0) return false;
    for (size_t at = next(hole); slots_[at].hash != 0; at = next(at)) {
      // What is found from a place behind the hole may stay where it is.
      const size_t home = slots_[at].hash & mask();
      if (((at - home) & mask()) < ((at - hole) & mask())) continue;
      slots_[hole] = std::move(slots_[at]);
      hole = at;
    }
    slots_[hole] = Slot();
    --size_;
    return true;
  }

  // Everything in it, in the order of the keys (as bytes). Valid until the next addition or
  // erasure.
  std::vector<std::pair<std::string_view, const Value*>> in_order() const {
    std::vector<std::pair<std::string_view, const Value*>> all;
    all.reserve(size_);
    for (const Slot& slot : slots_) {
      if (slot.hash != 0) all.emplace_back(slot.key, &slot.value);
    }
    std::sort(all.begin(), all.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    return all;
  }

  // Equal if they hold the same, however they came to it, and whatever their salts.
  bool operator==(const StringTable& other) const {
    if (size_ != other.size_) return false;
    for (const Slot& slot : slots_) {
      if (slot.hash == 0) continue;
      const Value* value = other.find(slot.key);
      if (value == nullptr || *value != slot.value) return false;
    }
    return true;
  }

 private:
  struct Slot {
    uint64_t hash = 0;  // 0: empty
    std::string key;
    Value value{};
  };

  uint64_t hash_of(std::string_view key) const { return hash_bytes(key, salt_) | 1; }
  size_t mask() const { return slots_.size() - 1; }
  size_t next(size_t at) const { return (at + 1) & mask(); }

  // Its own place, or where it would go.
  size_t place_of(std::string_view key, uint64_t hash) const {
    size_t at = hash & mask();
    while (slots_[at].hash != 0 && (slots_[at].hash != hash || slots_[at].key != key)) {
      at = next(at);
    }
    return at;
  }

  void grow() {
    std::vector<Slot> old(slots_.empty() ? 16 : slots_.size() * 2);
    old.swap(slots_);
    for (Slot& slot : old) {
      if (slot.hash != 0) slots_[place_of(slot.key, slot.hash)] = std::move(slot);
    }
  }

  uint64_t salt_;
  std::vector<Slot> slots_;  // a power of two, at most half full
  size_t size_ = 0;
};

}  // namespace seedbed::raft

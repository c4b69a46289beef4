// A hash table of values by a pair of numbers, in one piece of memory: a look-up touches one cache
// line, and there is no node to allocate. It only grows, cannot be walked (so that no order can
// depend on a hash) and moves its values when it grows.
//
//   FlatTable<Sequence> sequences;
//   Sequence& sequence = sequences[{link, type}];       // made when it is first asked for
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "sim/core/check.h"
#include "sim/core/hash.h"

namespace seedbed {

template <class Value>
class FlatTable {
 public:
  struct Key {
    uint64_t first = 0;  // never 0 in a key that is used
    uint64_t second = 0;
    bool operator==(const Key&) const = default;
  };

  bool empty() const { return size_ == 0; }
  size_t size() const { return size_; }

  // Null if there is none.
  Value* find(Key key) {
    if (entries_.empty()) return nullptr;
    Entry& entry = place_of(key);
    return entry.key == key ? &entry.value : nullptr;
  }
  const Value* find(Key key) const { return const_cast<FlatTable*>(this)->find(key); }

  // Adds a default one if there is none. Valid until the next addition.
  Value& operator[](Key key) {
    if (Value* value = find(key)) return *value;
    return add(key);
  }

  void clear() {
    entries_.clear();
    size_ = 0;
  }

 private:
  struct Entry {
    Key key;
    Value value{};
  };

  // Its own place, or where it would go.
  Entry& place_of(Key key) {
    const size_t mask = entries_.size() - 1;
    size_t at =
        fold_multiply(key.first ^ 0xa0761d6478bd642fULL, key.second ^ 0xe7037ed1a0b428dbULL);
    for (;; ++at) {
      Entry& entry = entries_[at & mask];
      if (entry.key == key || entry.key.first == 0) return entry;
    }
  }

  Value& add(Key key) {
    CHECK(key.first != 0);
    if (size_ >= entries_.size() / 2) grow();
    ++size_;
    Entry& entry = place_of(key);
    entry.key = key;
    return entry.value;
  }

  void grow() {
    std::vector<Entry> old(entries_.empty() ? 16 : entries_.size() * 2);
    entries_.swap(old);
    for (Entry& entry : old) {
      if (entry.key.first != 0) place_of(entry.key) = std::move(entry);
    }
  }

  std::vector<Entry> entries_;  // a power of two
  size_t size_ = 0;
};

}  // namespace seedbed

// LinearRows: a set of configurations of one width, in the order in which they were added. A row is
// the number of a state and a bit for each operation that is placed; with it goes where it came
// from, which does not count when rows are compared.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "sim/check/index_table.h"
#include "sim/core/hash.h"

namespace seedbed {

class LinearRows {
 public:
  // Empties the set; rows have so many words from now on.
  void reset(size_t width) {
    width_ = width;
    words_.clear();
    origins_.clear();
    if (table_.size() > 0) table_ = IndexTable();
  }

  size_t size() const { return origins_.size(); }
  size_t width() const { return width_; }
  uint64_t* row(size_t i) { return words_.data() + i * width_; }
  const uint64_t* row(size_t i) const { return words_.data() + i * width_; }
  uint32_t origin(size_t i) const { return origins_[i]; }

  // `row` is copied, and must not stand in this set. Nothing happens if it is there already.
  void add(const uint64_t* row, uint32_t origin) {
    if (!is_new(row)) return;
    words_.insert(words_.end(), row, row + width_);
    origins_.push_back(origin);
  }

  size_t bytes() const {
    return words_.capacity() * sizeof(uint64_t) + origins_.capacity() * sizeof(uint32_t) +
           table_.bytes();
  }

 private:
  static constexpr size_t kFew = 8;  // are compared one by one

  bool equal(size_t i, const uint64_t* other) const {
    return std::equal(other, other + width_, row(i));
  }
  uint64_t hash_of(const uint64_t* row) const {
    uint64_t hash = width_;
    for (size_t i = 0; i < width_; ++i) hash = mix(hash, row[i]);
    return hash;
  }
  bool insert(const uint64_t* row, size_t number) {
    const auto same = [&](uint32_t other) { return equal(other, row); };
    return table_.find_or_insert(hash_of(row), static_cast<uint32_t>(number), same).second;
  }
  bool is_new(const uint64_t* row) {
    if (size() < kFew) {
      for (size_t i = 0; i < size(); ++i) {
        if (equal(i, row)) return false;
      }
      return true;
    }
    for (size_t i = table_.size(); i < size(); ++i) insert(this->row(i), i);
    return insert(row, size());
  }

  size_t width_ = 1;
  std::vector<uint64_t> words_;
  std::vector<uint32_t> origins_;
  IndexTable table_;  // of all rows, or empty
};

}  // namespace seedbed

// Trees over points in a row, for methods that ask where nothing certainly was.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace seedbed {

// How many intervals cover each point. All functions take logarithmic time.
class Cover {
 public:
  static constexpr uint32_t kNone = ~0u;

  explicit Cover(const std::vector<int32_t>& counts) : points_(counts.size()) {
    while (width_ < points_) width_ *= 2;
    least_.assign(2 * width_, kNever);
    added_.assign(2 * width_, 0);
    std::copy(counts.begin(), counts.end(), least_.begin() + static_cast<std::ptrdiff_t>(width_));
    for (size_t node = width_; node-- > 1;) pull(node);
  }

  // Of the points from `from` to before `to`.
  void add(uint32_t from, uint32_t to, int32_t amount) {
    if (from >= to) return;
    const size_t first = from + width_, last = to - 1 + width_;
    for (size_t a = first, b = last + 1; a < b; a /= 2, b /= 2) {
      if (a % 2 == 1) apply(a++, amount);
      if (b % 2 == 1) apply(--b, amount);
    }
    for (size_t node = first / 2; node > 0; node /= 2) pull(node);
    for (size_t node = last / 2; node > 0; node /= 2) pull(node);
  }

  // The first point, not before `from`, that nothing covers; kNone: there is none.
  uint32_t first_zero(uint32_t from) const {
    return from < points_ ? find(1, {0, width_, 0}, from, true) : kNone;
  }
  // The last one that is not behind `until`.
  uint32_t last_zero(uint32_t until) const { return find(1, {0, width_, 0}, until, false); }

 private:
  static constexpr int32_t kNever = 1 << 30;
  struct Range {
    size_t begin, end;
    int32_t above;  // was added to nodes above
  };

  void apply(size_t node, int32_t amount) {
    least_[node] += amount;
    added_[node] += amount;
  }
  void pull(size_t node) {
    least_[node] = std::min(least_[2 * node], least_[2 * node + 1]) + added_[node];
  }

  uint32_t find(size_t node, Range range, size_t bound, bool first) const {
    if (least_[node] + range.above > 0) return kNone;
    if (first ? range.end <= bound : range.begin > bound) return kNone;
    if (range.end - range.begin == 1) return static_cast<uint32_t>(range.begin);
    const size_t middle = (range.begin + range.end) / 2;
    const int32_t above = range.above + added_[node];
    const std::pair<size_t, Range> left = {2 * node, {range.begin, middle, above}};
    const std::pair<size_t, Range> right = {2 * node + 1, {middle, range.end, above}};
    const auto& near = first ? left : right;
    const auto& far = first ? right : left;
    const uint32_t found = find(near.first, near.second, bound, first);
    return found != kNone ? found : find(far.first, far.second, bound, first);
  }

  size_t points_, width_ = 1;
  std::vector<int32_t> least_;  // below each node, without what was added above it
  std::vector<int32_t> added_;
};

// The greatest of some numbers in a row.
class Greatest {
 public:
  static constexpr int64_t kNothing = -1;
  struct Best {
    int64_t number = kNothing;
    uint32_t place = 0;
  };

  explicit Greatest(size_t places) {
    while (width_ < places) width_ *= 2;
    best_.resize(2 * width_);
  }

  // Numbers are at least 0; kNothing takes one away.
  void set(uint32_t place, int64_t number) {
    size_t node = place + width_;
    best_[node] = {number, place};
    for (node /= 2; node > 0; node /= 2) {
      best_[node] = better(best_[2 * node], best_[2 * node + 1]);
    }
  }

  // Among the places from `from` to before `to`; the first of those that are equal.
  Best of(uint32_t from, uint32_t to) const {
    Best left, right;
    for (size_t a = from + width_, b = to + width_; a < b; a /= 2, b /= 2) {
      if (a % 2 == 1) left = better(left, best_[a++]);
      if (b % 2 == 1) right = better(best_[--b], right);
    }
    return better(left, right);
  }

 private:
  static const Best& better(const Best& left, const Best& right) {
    return left.number >= right.number ? left : right;
  }

  size_t width_ = 1;
  std::vector<Best> best_;
};

}  // namespace seedbed

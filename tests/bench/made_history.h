// Histories of many operations, made by a seed: clients ask whenever they are free, and an
// operation happens at the moment of its return, so that the history is linearizable. With `lies`,
// one answer near the end is one that was right at the middle of the history.
//
//   const History history = make_history({.object = Made::kQueue, .operations = 1000});
#pragma once

#include <fmt/format.h>

#include <deque>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sim/core/hash.h"
#include "sim/history/history.h"

namespace seedbed {

enum class Made {
  kRegister,
  kCasRegister,
  kKv,
  kKvWithCas,
  kQueue,
  kStack,
  kPriorityQueue,
  kCounter
};

struct Shape {
  Made object = Made::kRegister;
  uint64_t operations = 0;
  uint64_t keys = 1;
  uint64_t clients = 10;
  uint64_t values = 0;  // so many different ones; 0: each is written once
  bool lies = false;
};

class Maker {
 public:
  explicit Maker(const Shape& shape) : shape_(shape), held_(shape.keys), old_(shape.keys) {}

  History make() {
    std::vector<size_t> running;
    while (parts_.entries.size() < shape_.operations || !running.empty()) {
      const bool begins = parts_.entries.size() < shape_.operations &&
                          running.size() < shape_.clients && (running.empty() || draw(2) == 0);
      if (begins) {
        running.push_back(parts_.entries.size());
        begin();
        continue;
      }
      const size_t i = draw(running.size());
      finish(&parts_.entries[running[i]]);
      running[i] = running.back();
      running.pop_back();
    }
    return History(std::move(parts_));
  }

 private:
  bool is(Made object) const { return shape_.object == object; }
  bool is_pool() const { return is(Made::kQueue) || is(Made::kStack) || is(Made::kPriorityQueue); }
  bool is_kv() const { return is(Made::kKv) || is(Made::kKvWithCas); }
  bool has_cas() const { return is(Made::kCasRegister) || is(Made::kKvWithCas); }

  uint64_t draw(uint64_t bound) { return mix(1, ++drawn_) % bound; }

  std::string_view function(bool looks) const {
    switch (shape_.object) {
      case Made::kRegister:
      case Made::kCasRegister: return looks ? kRead : kWrite;
      case Made::kKv:
      case Made::kKvWithCas: return looks ? kGet : kPut;
      case Made::kQueue: return looks ? kDequeue : kEnqueue;
      case Made::kStack: return looks ? kPop : kPush;
      case Made::kPriorityQueue: return looks ? kDeleteMin : kInsert;
      case Made::kCounter: break;
    }
    return looks ? kRead : kAdd;
  }

  std::string fresh_value(uint64_t id) {
    // The value that is stale near the end is written once, in the middle.
    if (shape_.values > 0 && id == shape_.operations / 2) return "rare";
    if (shape_.values > 0) return fmt::format("{}", draw(shape_.values));
    // Of a priority queue, the value is the place.
    return fmt::format("{}", is(Made::kPriorityQueue) ? mix(3, id) >> 8 : id);
  }

  void begin() {
    Entry& entry = parts_.entries.emplace_back();
    entry.id = parts_.entries.size();
    entry.client = NodeId{static_cast<uint32_t>(entry.id)};
    const uint64_t key = draw(shape_.keys);
    const uint64_t kind = draw(4);
    const bool middle = entry.id == shape_.operations / 2;
    entry.operation.key = fmt::format("k{}", key);
    entry.place = key;
    entry.operation.function = function(kind < 2 && !middle);
    if (is(Made::kCounter)) {
      if (entry.operation.function == kAdd)
        entry.operation.amount = 1 + static_cast<int64_t>(draw(9));
      if (entry.operation.function == kAdd) {
        entry.operation.argument = fmt::format("{}", entry.operation.amount);
      }
    } else if (kind >= 2 || middle) {
      entry.operation.argument = fresh_value(entry.id);
      if (kind == 3 && has_cas() && !middle) {
        entry.operation.function = kCas;
        entry.operation.expected = held_[key];
      }
    }
    entry.invoked = EventIndex{++event_};
  }

  void finish(Entry* entry) {
    entry->response = Response::done();
    if (is(Made::kCounter)) {
      count(entry);
    } else if (is_pool()) {
      move(entry);
    } else {
      look_or_write(entry);
    }
    entry->returned = EventIndex{++event_};
  }

  bool lies_now(const Entry& entry) const {
    return shape_.lies && !lied_ && entry.id > shape_.operations - shape_.operations / 20;
  }

  void count(Entry* entry) {
    if (entry->operation.function == kAdd) {
      sum_ += entry->operation.amount;
      return;
    }
    if (entry->id <= shape_.operations / 2) old_sum_ = sum_;
    const int64_t shown = lies_now(*entry) ? old_sum_ : sum_;
    lied_ = lied_ || shown != sum_;
    entry->response = Response::number_is(shown);
    entry->response.output = fmt::format("{}", shown);
  }

  void move(Entry* entry) {
    const std::string& value = entry->operation.argument;
    if (entry->operation.function == function(false)) {
      if (is(Made::kPriorityQueue)) {
        sorted_.insert(std::stoll(value));
      } else {
        row_.push_back(value);
      }
      return;
    }
    if (lies_now(*entry) && taken_) {
      entry->response.output = taken_;
      lied_ = true;
      return;
    }
    entry->response.output = take();
    if (entry->id <= shape_.operations / 2 && entry->response.output) {
      taken_ = entry->response.output;
    }
  }

  std::optional<std::string> take() {
    if (is(Made::kPriorityQueue)) {
      if (sorted_.empty()) return std::nullopt;
      const int64_t least = *sorted_.begin();
      sorted_.erase(sorted_.begin());
      return fmt::format("{}", least);
    }
    if (row_.empty()) return std::nullopt;
    std::string value = is(Made::kStack) ? row_.back() : row_.front();
    if (is(Made::kStack)) {
      row_.pop_back();
    } else {
      row_.pop_front();
    }
    return value;
  }

  void look_or_write(Entry* entry) {
    std::optional<std::string>& held = held_[entry->place];
    std::optional<std::string>& old = old_[entry->place];
    const std::string_view function = entry->operation.function;
    if (function == kGet || function == kRead) {
      // Two values later, so that nobody may have it in mind still.
      const bool lie = lies_now(*entry) && old && *old != held && changes_ > 2 * shape_.clients;
      entry->response.output = lie ? old : held;
      lied_ = lied_ || lie;
      return;
    }
    if (function == kCas && held != entry->operation.expected) {
      entry->response = Response::mismatch();
      return;
    }
    held = entry->operation.argument;
    ++changes_;
    const bool stays = shape_.values > 0 ? entry->operation.argument == "rare"
                                         : entry->id <= shape_.operations / 2;
    if (stays) old = held;
  }

  Shape shape_;
  HistoryParts parts_;
  std::vector<std::optional<std::string>> held_, old_;  // of each key: now, and at the middle
  std::deque<std::string> row_;
  std::multiset<int64_t> sorted_;
  std::optional<std::string> taken_;
  int64_t sum_ = 0, old_sum_ = 0;
  uint64_t drawn_ = 0, event_ = 0, changes_ = 0;
  bool lied_ = false;
};

inline History make_history(const Shape& shape) { return Maker(shape).make(); }

}  // namespace seedbed

// Values: the texts of a history, each kept once and known by a number.
//
//   Values values;
//   const ValueId five = values.intern(int64_t{5});
//   values.intern("5") == five;             // a number is the same value as its decimal text
//   values.text(five);                      // "5"
//
// Transactions write and read millions of values; as numbers they take four bytes each, and two of
// them are compared without looking at their texts. A text is canonical: one value has one text,
// and two values that differ have two (sim/history/formats/datum.h says how foreign values are
// written).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace seedbed {

// A value of one history. Numbers are given in order of first appearance, from 0.
enum class ValueId : uint32_t {};
// No value: nothing stood there, or nothing is known.
inline constexpr ValueId kNoValue{~0u};

constexpr uint32_t number(ValueId id) { return static_cast<uint32_t>(id); }

// A copyable table. It only grows: at most 2^32 - 1 values.
class Values {
 public:
  ValueId intern(std::string_view text);
  ValueId intern(int64_t number);

  // The value with that text; nullopt if there is none.
  std::optional<ValueId> find(std::string_view text) const;

  // Valid until the next value is interned. CHECK-fails on kNoValue.
  std::string_view text(ValueId id) const;
  size_t size() const { return ends_.size(); }
  // How much memory the table takes.
  size_t bytes() const;

 private:
  // Open addressing; a slot that holds kNoValue is empty.
  struct TextSlot {
    uint32_t hash = 0;
    ValueId id = kNoValue;
  };
  struct NumberSlot {
    int64_t number = 0;
    ValueId id = kNoValue;
  };

  size_t slot_of(std::string_view text, uint32_t hash) const;
  size_t slot_of(int64_t number) const;
  void grow_texts();
  void grow_numbers();

  std::string texts_;           // all texts, one after the other
  std::vector<uint64_t> ends_;  // where each of them ends
  std::vector<TextSlot> by_text_;
  std::vector<NumberSlot> by_number_;
  size_t numbers_ = 0;
};

}  // namespace seedbed

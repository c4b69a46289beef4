#include "sim/history/values.h"

#include <fmt/format.h>

#include "sim/core/check.h"
#include "sim/core/hash.h"

namespace seedbed {
namespace {

constexpr size_t kFewest = 64;

uint32_t short_hash(std::string_view text) { return static_cast<uint32_t>(hash_bytes(text) >> 32); }

}  // namespace

ValueId Values::intern(std::string_view text) {
  if ((ends_.size() + 1) * 2 > by_text_.size()) grow_texts();
  const uint32_t hash = short_hash(text);
  TextSlot& slot = by_text_[slot_of(text, hash)];
  if (slot.id != kNoValue) return slot.id;
  CHECK(ends_.size() < number(kNoValue));
  slot = {.hash = hash, .id = ValueId{static_cast<uint32_t>(ends_.size())}};
  texts_ += text;
  ends_.push_back(texts_.size());
  return slot.id;
}

ValueId Values::intern(int64_t number) {
  if ((numbers_ + 1) * 2 > by_number_.size()) grow_numbers();
  NumberSlot& slot = by_number_[slot_of(number)];
  if (slot.id != kNoValue) return slot.id;
  const fmt::format_int text(number);
  slot = {.number = number, .id = intern(std::string_view(text.data(), text.size()))};
  ++numbers_;
  return slot.id;
}

std::optional<ValueId> Values::find(std::string_view text) const {
  if (by_text_.empty()) return std::nullopt;
  const ValueId id = by_text_[slot_of(text, short_hash(text))].id;
  if (id == kNoValue) return std::nullopt;
  return id;
}

std::string_view Values::text(ValueId id) const {
  CHECK(number(id) < ends_.size());
  const uint64_t begin = number(id) == 0 ? 0 : ends_[number(id) - 1];
  return std::string_view(texts_).substr(begin, ends_[number(id)] - begin);
}

size_t Values::bytes() const {
  return texts_.capacity() + ends_.capacity() * sizeof(uint64_t) +
         by_text_.capacity() * sizeof(TextSlot) + by_number_.capacity() * sizeof(NumberSlot);
}

size_t Values::slot_of(std::string_view wanted, uint32_t hash) const {
  const size_t mask = by_text_.size() - 1;
  for (size_t i = hash & mask;; i = (i + 1) & mask) {
    const TextSlot& slot = by_text_[i];
    if (slot.id == kNoValue || (slot.hash == hash && text(slot.id) == wanted)) return i;
  }
}

size_t Values::slot_of(int64_t number) const {
  const size_t mask = by_number_.size() - 1;
  for (size_t i = scramble(static_cast<uint64_t>(number)) & mask;; i = (i + 1) & mask) {
    const NumberSlot& slot = by_number_[i];
    if (slot.id == kNoValue || slot.number == number) return i;
  }
}

void Values::grow_texts() {
  std::vector<TextSlot> old = std::move(by_text_);
  by_text_.assign(old.empty() ? kFewest : old.size() * 2, TextSlot{});
  const size_t mask = by_text_.size() - 1;
  for (const TextSlot& slot : old) {
    if (slot.id == kNoValue) continue;
    size_t i = slot.hash & mask;
    while (by_text_[i].id != kNoValue) i = (i + 1) & mask;
    by_text_[i] = slot;
  }
}

void Values::grow_numbers() {
  std::vector<NumberSlot> old = std::move(by_number_);
  by_number_.assign(old.empty() ? kFewest : old.size() * 2, NumberSlot{});
  for (const NumberSlot& slot : old) {
    if (slot.id != kNoValue) by_number_[slot_of(slot.number)] = slot;
  }
}

}  // namespace seedbed

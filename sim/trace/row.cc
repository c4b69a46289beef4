#include "sim/trace/row.h"

#include <algorithm>
#include <array>

#include "sim/trace/varint.h"

namespace seedbed {
namespace {

static_assert(std::endian::native == std::endian::little, "rows are written as they stand");

// The numbers of a row that may be wide, in the order of their bits.
struct Number {
  uint64_t Row::*value;
  unsigned bits;  // that it may have without being wide
};
constexpr std::array<Number, 11> kNumbers = {{{&Row::node, RowBits::kNode},
                                              {&Row::peer, RowBits::kPeer},
                                              {&Row::name, RowBits::kName},
                                              {&Row::payload, RowBits::kPayload},
                                              {&Row::time, RowBits::kTime},
                                              {&Row::cause, RowBits::kCause},
                                              {&Row::id, RowBits::kId},
                                              {&Row::value, RowBits::kValue},
                                              {&Row::index, 0},
                                              {&Row::bytes_size, 0},
                                              {&Row::payload_type, 0}}};

// Takes the lowest bits off a word.
uint64_t take_bits(uint64_t* word, unsigned bits) {
  const uint64_t value = *word & ((uint64_t{1} << bits) - 1);
  *word >>= bits;
  return value;
}

// Takes a number of that many bytes, at most 8, off `bytes`; false if there are not so many.
bool take_word(std::string_view* bytes, size_t size, uint64_t* word) {
  if (size > sizeof *word || bytes->size() < size) return false;
  *word = 0;
  std::memcpy(word, bytes->data(), size);
  bytes->remove_prefix(size);
  return true;
}

bool take_wide(std::string_view* rows, Row* row) {
  uint64_t which = 0;
  if (!take_word(rows, sizeof(uint16_t), &which) || which >> kNumbers.size() != 0) return false;
  for (const Number& number : kNumbers) {
    if (take_bits(&which, 1) != 0 && !take_varint(rows, &(row->*number.value))) return false;
  }
  return true;
}

}  // namespace

uint8_t* put_wide_row(uint8_t* at, const Row& row) {
  Row narrow = row;
  std::array<uint8_t, kNumbers.size() * kLongestVarint> wide;
  uint8_t* end = wide.data();
  uint16_t which = 0;
  for (size_t i = 0; i < kNumbers.size(); ++i) {
    uint64_t& value = narrow.*kNumbers[i].value;
    if (value >> kNumbers[i].bits == 0) continue;
    which = static_cast<uint16_t>(which | 1u << i);
    end = put_varint(end, value);
    value = 0;
  }
  at = put_narrow_row(at, narrow, /*wide_follows=*/true);
  std::memcpy(at, &which, sizeof which);
  return std::copy(wide.data(), end, at + sizeof which);
}

bool take_row(std::string_view* rows, Row* row) {
  using Bits = RowBits;
  uint64_t head = 0;
  if (!take_word(rows, kRowHeadBytes, &head)) return false;
  *row = {};
  row->kind = take_bits(&head, Bits::kKind);
  const uint64_t rest_size = take_bits(&head, Bits::kRestSize);
  row->as_sent = take_bits(&head, Bits::kAsSent) != 0;
  const bool wide_follows = take_bits(&head, Bits::kWide) != 0;
  row->node = take_bits(&head, Bits::kNode);
  row->peer = take_bits(&head, Bits::kPeer);
  row->name = take_bits(&head, Bits::kName);
  row->payload = take_bits(&head, Bits::kPayload);

  uint64_t rest = 0;
  if (!take_word(rows, rest_size, &rest)) return false;
  row->time = take_bits(&rest, Bits::kTime);
  row->cause = take_bits(&rest, Bits::kCause);
  row->id = take_bits(&rest, Bits::kId);
  row->value = take_bits(&rest, Bits::kValue);
  return rest == 0 && (!wide_follows || take_wide(rows, row));
}

}  // namespace seedbed

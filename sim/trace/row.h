// Rows: the events of a trace as bytes. What an event most often is takes six to twelve bytes, and
// is written without a branch; whatever does not fit there follows behind.
//
//   row = head rest wide                                   numbers are little endian
//
//   head   6 bytes; from the lowest bit on: kind 5, size of the rest 4, as_sent 1, is there
//          something wide? 1, node 8, peer 8, name 10, payload 10
//   rest   0 to 8 bytes: time 24, cause 13, id 13, value 13. Zeros on top are left out
//   wide   of a few rows only: 2 bytes with a bit for each number that did not fit, in the order of
//          Row's members, and those numbers as varints. In head and rest they are 0
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace seedbed {

// An event in numbers. Those marked with a star are differences to what was to be expected (see
// sim/trace/prediction.h), and so are most often 0, or small.
struct Row {
  uint64_t kind = 0;
  bool as_sent = false;

  uint64_t node = 0;
  uint64_t peer = 0;
  uint64_t name = 0;     // its number
  uint64_t payload = 0;  // 0: there is none. Otherwise one more than its bytes
  uint64_t time = 0;     // *
  uint64_t cause = 0;    // *
  uint64_t id = 0;       // *
  uint64_t value = 0;    // *
  uint64_t index = 0;    // *
  uint64_t bytes_size = 0;
  uint64_t payload_type = 0;  // the number of its name; 0: the name of the event
};

// How many bits a number may have in head and rest.
struct RowBits {
  static constexpr unsigned kKind = 5, kRestSize = 4, kAsSent = 1, kWide = 1;
  static constexpr unsigned kNode = 8, kPeer = 8, kName = 10, kPayload = 10;
  static constexpr unsigned kTime = 24, kCause = 13, kId = 13, kValue = 13;
};
inline constexpr size_t kRowHeadBytes = 6;
// No row is longer.
inline constexpr size_t kLongestRow = kRowHeadBytes + 8 + 2 + 11 * 10;

// Does every number fit into head and rest?
inline bool is_narrow(const Row& row) {
  using Bits = RowBits;
  static_assert(Bits::kNode == Bits::kPeer && Bits::kName == Bits::kPayload &&
                Bits::kCause == Bits::kId && Bits::kId == Bits::kValue);
  const uint64_t excess = ((row.node | row.peer) >> Bits::kNode) |
                          ((row.name | row.payload) >> Bits::kName) | (row.time >> Bits::kTime) |
                          ((row.cause | row.id | row.value) >> Bits::kValue) | row.index |
                          row.bytes_size | row.payload_type;
  return excess == 0;
}

// Writes head and rest of a row whose numbers fit, and returns the end of them. There must be room
// for kLongestRow bytes.
inline uint8_t* put_narrow_row(uint8_t* at, const Row& row, bool wide_follows = false) {
  using Bits = RowBits;
  unsigned shift = 0;
  const auto place = [&shift](uint64_t number, unsigned bits) {
    const uint64_t placed = number << shift;
    shift += bits;
    return placed;
  };
  uint64_t rest = place(row.time, Bits::kTime);
  rest |= place(row.cause, Bits::kCause);
  rest |= place(row.id, Bits::kId);
  rest |= place(row.value, Bits::kValue);
  // With a bit below it, for the count of leading zeros is quicker where there are ones.
  const auto bits = static_cast<unsigned>(63 - std::countl_zero((rest << 1) | 1));
  const unsigned rest_size = (bits + 7) / 8;

  shift = 0;
  uint64_t head = place(row.kind, Bits::kKind);
  head |= place(rest_size, Bits::kRestSize);
  head |= place(row.as_sent ? 1 : 0, Bits::kAsSent);
  head |= place(wide_follows ? 1 : 0, Bits::kWide);
  head |= place(row.node, Bits::kNode);
  head |= place(row.peer, Bits::kPeer);
  head |= place(row.name, Bits::kName);
  head |= place(row.payload, Bits::kPayload);
  std::memcpy(at, &head, sizeof head);
  std::memcpy(at + kRowHeadBytes, &rest, sizeof rest);
  return at + kRowHeadBytes + rest_size;
}

// Likewise for a row with numbers that do not fit.
uint8_t* put_wide_row(uint8_t* at, const Row& row);

// Writes a row, and returns the end of it. There must be room for kLongestRow bytes.
inline uint8_t* put_row(uint8_t* at, const Row& row) {
  if (is_narrow(row)) [[likely]]
    return put_narrow_row(at, row);
  return put_wide_row(at, Row(row));  // a copy, so that the row itself may stay in registers
}

// Takes the first row off `rows`; false if there is none, or it is no row.
bool take_row(std::string_view* rows, Row* row);

}  // namespace seedbed

// Varints: numbers in as few bytes as they need, seven bits in each, the lowest first, as protobuf
// writes them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace seedbed {

inline constexpr size_t kLongestVarint = 10;

// Writes the number, and returns the end of it. There must be room for kLongestVarint bytes.
inline uint8_t* put_varint(uint8_t* at, uint64_t value) {
  while (value >= 0x80) {
    *at++ = static_cast<uint8_t>(value | 0x80);
    value >>= 7;
  }
  *at++ = static_cast<uint8_t>(value);
  return at;
}

// Takes a number off `bytes`; false if it is cut off, or too long to be one.
inline bool take_varint(std::string_view* bytes, uint64_t* value) {
  *value = 0;
  for (size_t i = 0; i < kLongestVarint && i < bytes->size(); ++i) {
    const auto byte = static_cast<uint8_t>((*bytes)[i]);
    *value |= static_cast<uint64_t>(byte & 0x7f) << (7 * i);
    if (byte < 0x80) {
      bytes->remove_prefix(i + 1);
      return true;
    }
  }
  return false;
}

}  // namespace seedbed

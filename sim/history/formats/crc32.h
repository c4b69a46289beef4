// CRC-32 as in zlib and Ethernet (polynomial 0xedb88320, reflected).
//
//   crc32("world", crc32("hello ")) == crc32("hello world");
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace seedbed {

inline uint32_t crc32(std::string_view bytes, uint32_t before = 0) {
  static constexpr std::array<uint32_t, 256> kTable = [] {
    std::array<uint32_t, 256> table{};
    for (uint32_t i = 0; i < 256; ++i) {
      uint32_t value = i;
      for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ (value & 1 ? 0xedb88320u : 0);
      table[i] = value;
    }
    return table;
  }();
  uint32_t crc = ~before;
  for (const char c : bytes) crc = kTable[(crc ^ static_cast<uint8_t>(c)) & 0xff] ^ (crc >> 8);
  return ~crc;
}

}  // namespace seedbed

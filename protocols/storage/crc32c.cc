// Eight bytes at a time: by the instruction for it where the processor has one (SSE 4.2), else by
// table ("slicing by 8", Kounavis and Berry 2005). Both give the same numbers.
#include "protocols/storage/crc32c.h"

#include <array>
#include <cstring>

namespace seedbed::storage {
namespace {

using Tables = std::array<std::array<uint32_t, 256>, 8>;

constexpr Tables make_tables() {
  Tables tables{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82f63b78u : 0u);
    tables[0][byte] = crc;
  }
  for (size_t slice = 1; slice < tables.size(); ++slice) {
    for (size_t byte = 0; byte < 256; ++byte) {
      const uint32_t crc = tables[slice - 1][byte];
      tables[slice][byte] = (crc >> 8) ^ tables[0][crc & 0xff];
    }
  }
  return tables;
}

constexpr Tables kTables = make_tables();

uint32_t little_endian(const unsigned char* p) {
  return static_cast<uint32_t>(p[0]) | static_cast<uint32_t>(p[1]) << 8 |
         static_cast<uint32_t>(p[2]) << 16 | static_cast<uint32_t>(p[3]) << 24;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) uint32_t by_instruction(const unsigned char* p, size_t left,
                                                          uint32_t crc) {
  uint64_t state = crc;
  for (; left >= 8; left -= 8, p += 8) {
    uint64_t word = 0;
    std::memcpy(&word, p, 8);
    state = __builtin_ia32_crc32di(state, word);
  }
  crc = static_cast<uint32_t>(state);
  for (; left > 0; --left, ++p) crc = __builtin_ia32_crc32qi(crc, *p);
  return crc;
}
bool has_instruction() { return __builtin_cpu_supports("sse4.2") != 0; }
#else
uint32_t by_instruction(const unsigned char*, size_t, uint32_t crc) { return crc; }
bool has_instruction() { return false; }
#endif

uint32_t by_table(const unsigned char* p, size_t left, uint32_t crc) {
  for (; left >= 8; left -= 8, p += 8) {
    const uint32_t low = crc ^ little_endian(p);
    const uint32_t high = little_endian(p + 4);
    crc = kTables[7][low & 0xff] ^ kTables[6][(low >> 8) & 0xff] ^ kTables[5][(low >> 16) & 0xff] ^
          kTables[4][low >> 24] ^ kTables[3][high & 0xff] ^ kTables[2][(high >> 8) & 0xff] ^
          kTables[1][(high >> 16) & 0xff] ^ kTables[0][high >> 24];
  }
  for (; left > 0; --left, ++p) crc = (crc >> 8) ^ kTables[0][(crc ^ *p) & 0xff];
  return crc;
}

}  // namespace

uint32_t crc32c(std::string_view bytes, uint32_t crc) {
  const auto* p = reinterpret_cast<const unsigned char*>(bytes.data());
  return ~(has_instruction() ? by_instruction(p, bytes.size(), ~crc)
                             : by_table(p, bytes.size(), ~crc));
}

uint32_t crc32c_by_table(std::string_view bytes, uint32_t crc) {
  return ~by_table(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), ~crc);
}

}  // namespace seedbed::storage

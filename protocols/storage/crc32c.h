// CRC-32C (Castagnoli), the checksum of iSCSI, ext4 and most write-ahead logs.
#pragma once

#include <cstdint>
#include <string_view>

namespace seedbed::storage {

// The checksum of `bytes`, continuing from `crc`: crc32c(b, crc32c(a)) == crc32c(a + b).
uint32_t crc32c(std::string_view bytes, uint32_t crc = 0);

// The same without the help of the processor: what machines do that have no instruction for it.
uint32_t crc32c_by_table(std::string_view bytes, uint32_t crc = 0);

}  // namespace seedbed::storage

// Bytes of a file that may say anything: every read is checked against what is left.
#pragma once

#include <fmt/core.h>

#include <cstdint>
#include <string_view>

#include "sim/history/formats/bad_input.h"

namespace seedbed {

class Bytes {
 public:
  // Reads from `begin` on; offsets are those in `bytes`.
  explicit Bytes(std::string_view bytes, uint64_t begin = 0)
      : bytes_(bytes), at_(begin < bytes.size() ? begin : bytes.size()) {}

  uint64_t offset() const { return at_; }
  uint64_t left() const { return bytes_.size() - at_; }
  // Goes back to an offset where it has been.
  void rewind(uint64_t offset) { at_ = offset; }
  bool at_end() const { return at_ >= bytes_.size(); }

  uint8_t u8(std::string_view what) {
    require(1, what);
    return static_cast<uint8_t>(bytes_[at_++]);
  }
  // Big-endian, of `size` bytes.
  uint64_t big(size_t size, std::string_view what) {
    require(size, what);
    uint64_t value = 0;
    for (size_t i = 0; i < size; ++i) value = value << 8 | static_cast<uint8_t>(bytes_[at_++]);
    return value;
  }
  // Little-endian, 64 bits.
  uint64_t little(std::string_view what) {
    require(8, what);
    uint64_t value = 0;
    for (int i = 0; i < 8; ++i) {
      value |= uint64_t{static_cast<uint8_t>(bytes_[at_++])} << (8 * i);
    }
    return value;
  }
  std::string_view take(uint64_t size, std::string_view what) {
    require(size, what);
    const std::string_view taken = bytes_.substr(at_, size);
    at_ += size;
    return taken;
  }
  // How many things follow, each of at least `smallest` bytes.
  uint64_t count(uint64_t announced, uint64_t smallest, std::string_view what) const {
    if (announced <= left() / smallest) return announced;
    throw BadInput(FindingKind::kAbsurdCount, at_, fmt::format("{} {}", announced, what),
                   fmt::format("at most {}: {} bytes are left", left() / smallest, left()));
  }

 private:
  void require(uint64_t size, std::string_view what) const {
    if (size <= left()) return;
    throw BadInput(FindingKind::kTruncated, at_, fmt::format("the end of the file inside {}", what),
                   fmt::format("{} bytes, where {} are left", size, left()));
  }

  std::string_view bytes_;
  uint64_t at_;
};

}  // namespace seedbed

// Little-endian integers and length-prefixed strings: the one way in which protocols turn values
// into bytes. The encoding is canonical: equal values have equal bytes.
//
//   ByteWriter out;                          ByteReader in(bytes);
//   out.u64(7);                              uint64_t seven = in.u64();
//   out.string("key");                       std::string key = in.string();
//                                            if (!in.finished()) ...   // too short, or too long
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace seedbed {

class ByteWriter {
 public:
  void u8(uint8_t value) { out_.push_back(static_cast<char>(value)); }
  void u32(uint32_t value) { integer(value, 4); }
  void u64(uint64_t value) { integer(value, 8); }
  void raw(std::string_view bytes) { out_.append(bytes); }
  void string(std::string_view bytes) {
    u32(static_cast<uint32_t>(bytes.size()));
    raw(bytes);
  }

  // What has been written so far.
  std::string_view bytes() const { return out_; }
  size_t size() const { return out_.size(); }
  // Replaces four bytes that were written at `position`.
  void patch_u32(size_t position, uint32_t value) {
    for (size_t i = 0; i < 4; ++i) out_[position + i] = static_cast<char>(value >> (8 * i));
  }

  std::string take() { return std::exchange(out_, {}); }
  // Begins anew, in the memory that it has.
  void clear() { out_.clear(); }

 private:
  void integer(uint64_t value, size_t size) {
    char bytes[8];
    for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(value >> (8 * i));
    out_.append(bytes, size);
  }
  std::string out_;
};

// Reads what ByteWriter wrote. Reading behind the end gives zeros and makes ok() false for good.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  uint8_t u8() { return static_cast<uint8_t>(integer(1)); }
  uint32_t u32() { return static_cast<uint32_t>(integer(4)); }
  uint64_t u64() { return integer(8); }
  std::string string() {
    const uint32_t size = u32();
    return std::string(raw(size));
  }
  // The next `size` bytes; valid as long as what is read from.
  std::string_view raw(size_t size) {
    if (size > rest_.size()) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    const std::string_view bytes = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return bytes;
  }
  std::string_view rest() { return raw(rest_.size()); }

  bool ok() const { return ok_; }
  bool finished() const { return ok_ && rest_.empty(); }

 private:
  uint64_t integer(size_t size) {
    const std::string_view bytes = raw(size);
    uint64_t value = 0;
    for (size_t i = 0; i < bytes.size(); ++i) {
      value |= static_cast<uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
    }
    return value;
  }
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace seedbed

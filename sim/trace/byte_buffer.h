// ByteBuffer: bytes that somebody else writes, one after the other. Unlike a string, it does not
// fill with zeros what it makes room for.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace seedbed {

class ByteBuffer {
 public:
  explicit ByteBuffer(size_t capacity) { grow(capacity); }

  // Where the next bytes go, and how many there is room for.
  uint8_t* end() { return end_; }
  size_t room() const { return static_cast<size_t>(limit_ - end_); }
  // Makes room for that many more bytes. What end() returned is no longer valid.
  void reserve(size_t bytes) {
    if (bytes > room()) grow(std::max(2 * size(), size() + bytes));
  }
  // The next bytes have been written, up to there.
  void advance_to(uint8_t* end) { end_ = end; }

  std::string_view bytes() const { return {reinterpret_cast<const char*>(data_.get()), size()}; }
  size_t size() const { return static_cast<size_t>(end_ - data_.get()); }
  void clear() { end_ = data_.get(); }

 private:
  void grow(size_t capacity) {
    std::unique_ptr<uint8_t[]> larger(new uint8_t[capacity]);
    end_ = std::copy(data_.get(), end_, larger.get());
    limit_ = larger.get() + capacity;
    data_ = std::move(larger);
  }

  std::unique_ptr<uint8_t[]> data_;
  uint8_t* end_ = nullptr;
  uint8_t* limit_ = nullptr;
};

}  // namespace seedbed

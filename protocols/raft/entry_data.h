// EntryData: the bytes of an entry. They never change once they are made, so all copies of an entry
// (in the log, in a message to each follower, on the way to the disk and to the state machine)
// share them, and a copy costs no more than a count.
//
//   EntryData data = "bytes of a command";        // copies them once
//   const EntryData shared = data;                // copies nothing
//   std::string_view bytes = shared;              // valid as long as any of the two
//
// A value like any other: two are equal if their bytes are. Not for use from several threads.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>

namespace seedbed::raft {

class EntryData {
 public:
  EntryData() = default;  // no bytes
  template <std::convertible_to<std::string_view> Text>
  EntryData(const Text& bytes)  // NOLINT(google-explicit-constructor)
      : block_(make(bytes)) {}

  EntryData(const EntryData& other) : block_(other.block_) {
    if (block_ != nullptr) ++block_->references;
  }
  EntryData(EntryData&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  EntryData& operator=(EntryData other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~EntryData() {
    if (block_ != nullptr && --block_->references == 0) ::operator delete(block_);
  }

  size_t size() const { return block_ == nullptr ? 0 : block_->size; }
  std::string_view view() const {
    if (block_ == nullptr) return {};
    return {reinterpret_cast<const char*>(block_ + 1), block_->size};
  }
  operator std::string_view() const { return view(); }  // NOLINT(google-explicit-constructor)

  friend bool operator==(const EntryData& a, const EntryData& b) {
    return a.block_ == b.block_ || a.view() == b.view();
  }

 private:
  // The bytes stand behind it.
  struct Block {
    size_t references;
    size_t size;
  };

  static Block* make(std::string_view bytes) {
    if (bytes.empty()) return nullptr;
    auto* block = new (::operator new(sizeof(Block) + bytes.size())) Block{1, bytes.size()};
    std::memcpy(block + 1, bytes.data(), bytes.size());
    return block;
  }

  Block* block_ = nullptr;
};

}  // namespace seedbed::raft

// Messages: protobuf objects that are sealed when they are sent. From then on nobody changes them,
// so all receivers and copies may share one object, and no bytes are made unless bytes matter.
//
//   SealedMessage sealed = seal(raft::AppendEntries(...));
//   sealed.get()         // const google::protobuf::Message&
//   sealed.as<T>()       // const T*, or null if it is another type
#pragma once

#include <google/protobuf/message.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "sim/core/hash.h"
#include "sim/core/prefetch.h"
#include "sim/core/result.h"

namespace seedbed {

// What kind of message this is. One object for each C++ type; compared by address within a process,
// by name and hash everywhere else.
struct MessageType {
  std::string_view name;  // "seedbed.raft.AppendEntries"
  uint64_t hash;          // of the name
};

// What stands in for the type of a message that is empty: a refusal.
inline constexpr MessageType kRefusal{.name = "refusal", .hash = hash_bytes("refusal")};

template <class T>
const MessageType& message_type() {
  static const MessageType type{.name = T::descriptor()->full_name(),
                                .hash = hash_bytes(T::descriptor()->full_name())};
  return type;
}

// A shared, immutable message of the run.
class SealedMessage {
 public:
  SealedMessage() = default;
  SealedMessage(const SealedMessage& other) : box_(other.box_) {
    if (box_ != nullptr) ++box_->references;
  }
  SealedMessage(SealedMessage&& other) noexcept : box_(std::exchange(other.box_, nullptr)) {}
  SealedMessage& operator=(SealedMessage other) noexcept {
    std::swap(box_, other.box_);
    return *this;
  }
  ~SealedMessage() {
    if (box_ != nullptr && --box_->references == 0) delete box_;
  }

  explicit operator bool() const { return box_ != nullptr; }
  // It will be looked at soon.
  void prefetch() const { prefetch_range(box_, sizeof(Box) + kCacheLine); }
  const MessageType& type() const { return *box_->type; }
  const google::protobuf::Message& get() const { return *box_->message; }

  template <class T>
  bool is() const {
    return box_->type == &message_type<T>();
  }
  template <class T>
  const T* as() const {
    return is<T>() ? static_cast<const T*>(box_->message) : nullptr;
  }

  // The message itself, for the last who needs it: moved out of the box, or a copy while others
  // share it. kUnavailable if it is not a T.
  template <class T>
  Result<T> take() && {
    if (!is<T>()) return Error::kUnavailable;
    auto& message = static_cast<T&>(*box_->message);
    if (box_->references > 1) return Result<T>(std::as_const(message));
    return Result<T>(std::move(message));
  }

  // The same message after a journey as bytes: what a receiver on another machine would get.
  SealedMessage reparsed() const;

  // What a receiver without checksums makes of it when `count` bits in a row, 1 to 8, are flipped
  // on the way, from the bit that `where` draws. Empty if it cannot be parsed, or has no bits.
  SealedMessage damaged(uint64_t where, uint64_t count) const;

 private:
  struct Box {
    explicit Box(const MessageType& type) : type(&type) {}
    virtual ~Box() = default;
    // A box with an empty message of the same type, to parse into.
    virtual Box* another() const = 0;
    const MessageType* type;
    google::protobuf::Message* message = nullptr;  // in this box
    uint32_t references = 1;
  };
  template <class T>
  struct BoxOf final : Box {
    template <class From>
    explicit BoxOf(From&& from) : Box(message_type<T>()), value(std::forward<From>(from)) {
      message = &value;
    }
    Box* another() const override { return new BoxOf(T()); }
    T value;
  };
  // Holds what a function returned, where it was returned to.
  template <class T>
  struct ResultBox final : Box {
    template <class Function>
    explicit ResultBox(Function&& function) : Box(message_type<T>()), result(function()) {
      if (result) message = &*result;
    }
    Box* another() const override { return new BoxOf<T>(T()); }
    Result<T> result;
  };

  explicit SealedMessage(Box* box) : box_(box) {}

  template <class From>
  friend SealedMessage seal(From&& message);
  template <class T, class Function>
  friend Result<SealedMessage> seal_result(Function&& function);

  Box* box_ = nullptr;
};

// Seals a message that is moved in, or a copy.
template <class From>
SealedMessage seal(From&& message) {
  return SealedMessage(
      new SealedMessage::BoxOf<std::remove_cvref_t<From>>(std::forward<From>(message)));
}

// Seals the message that `function()` returns as a Result<T>, without moving it; or its error.
template <class T, class Function>
Result<SealedMessage> seal_result(Function&& function) {
  auto* box = new SealedMessage::ResultBox<T>(function);
  SealedMessage sealed(box);
  if (!box->result) return box->result.error();
  return sealed;
}

}  // namespace seedbed

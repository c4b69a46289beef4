// Messages: protobuf objects that are sealed when they are sent. From then on nobody changes them, so
// all receivers and copies may share one object, and no bytes are made unless bytes matter.
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

#include "sim/core/check.h"
#include "sim/core/hash.h"

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
  const MessageType& type() const { return *box_->type; }
  const google::protobuf::Message& get() const { return *box_->message; }

  template <class T>
  const T* as() const {
    return is<T>() ? &static_cast<const BoxOf<T>*>(box_)->value : nullptr;
  }
  template <class T>
  bool is() const {
    return box_->type == &message_type<T>();
  }

  // The message itself, for the last who needs it: moved out of the box, or a copy while others share
  // it. CHECK: it is a T.
  template <class T>
  T take() &&;

  // The same message after a journey as bytes: what a receiver on another machine would get.
  SealedMessage reparsed() const;

 private:
  struct Box {
    Box(const MessageType& type, const google::protobuf::Message& message)
        : type(&type), message(&message) {}
    virtual ~Box() = default;
    // An empty box for a message of the same type; `*slot` is what to parse into.
    virtual Box* another(google::protobuf::Message** slot) const = 0;
    const MessageType* type;
    const google::protobuf::Message* message;  // in this box
    uint32_t references = 1;
  };
  template <class T>
  struct BoxOf final : Box {
    template <class From>
    explicit BoxOf(From&& from) : Box(message_type<T>(), value), value(std::forward<From>(from)) {}
    Box* another(google::protobuf::Message** slot) const override {
      auto* box = new BoxOf(T());
      *slot = &box->value;
      return box;
    }
    T value;
  };

  explicit SealedMessage(Box* box) : box_(box) {}

  template <class From>
  friend SealedMessage seal(From&& message);

  Box* box_ = nullptr;
};

// Seals a message that is moved in, or a copy.
template <class From>
SealedMessage seal(From&& message) {
  return SealedMessage(
      new SealedMessage::BoxOf<std::remove_cvref_t<From>>(std::forward<From>(message)));
}

template <class T>
T SealedMessage::take() && {
  CHECK(is<T>());
  auto& box = static_cast<BoxOf<T>&>(*box_);
  if (box.references == 1) return std::move(box.value);
  return box.value;
}

}  // namespace seedbed

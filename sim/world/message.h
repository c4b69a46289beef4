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

#include "sim/core/hash.h"

namespace seedbed {

// What kind of message this is. One object for each C++ type; compared by address within a process,
// by name and hash everywhere else.
struct MessageType {
  std::string_view name;  // "seedbed.raft.AppendEntries"
  uint64_t hash;          // of the name
};

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
  const google::protobuf::Message& get() const { return box_->message(); }

  template <class T>
  const T* as() const {
    return box_->type == &message_type<T>() ? static_cast<const T*>(&box_->message()) : nullptr;
  }

  // The same message after a journey as bytes: what a receiver on another machine would get.
  SealedMessage reparsed() const;

 private:
  struct Box {
    explicit Box(const MessageType& type) : type(&type) {}
    virtual ~Box() = default;
    virtual const google::protobuf::Message& message() const = 0;
    // An empty box for a message of the same type; `*slot` is what to parse into.
    virtual Box* another(google::protobuf::Message** slot) const = 0;
    const MessageType* type;
    uint32_t references = 1;
  };
  template <class T>
  struct BoxOf final : Box {
    explicit BoxOf(T value) : Box(message_type<T>()), value(std::move(value)) {}
    const google::protobuf::Message& message() const override { return value; }
    Box* another(google::protobuf::Message** slot) const override {
      auto* box = new BoxOf(T());
      *slot = &box->value;
      return box;
    }
    T value;
  };

  explicit SealedMessage(Box* box) : box_(box) {}

  template <class T>
  friend SealedMessage seal(T message);

  Box* box_ = nullptr;
};

template <class T>
SealedMessage seal(T message) {
  return SealedMessage(new SealedMessage::BoxOf<T>(std::move(message)));
}

}  // namespace seedbed

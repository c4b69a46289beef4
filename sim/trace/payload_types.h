// PayloadTypes: what a recorder has to know of the types of messages, for each type only once. To
// ask a message for the name of its type costs more than to write the message down.
#pragma once

#include <google/protobuf/message.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <typeinfo>

#include "sim/trace/name_table.h"

namespace seedbed {

struct PayloadType {
  const std::type_info* type = nullptr;  // null: this class stands for many types
  std::string_view text;                 // the name, where its descriptor keeps it for ever
  NumberedName name;
  // Can it be serialized without asking for its size first? Sizes of inner messages and of packed
  // fields are wanted before they are written, and are left in the message when it is asked.
  bool flat = false;

  // Is that name this very text? Also when it is not, the characters may be equal.
  bool is_text(std::string_view other) const {
    return other.data() == text.data() && other.size() == text.size();
  }
};

class PayloadTypes {
 public:
  // `names` must outlive this.
  explicit PayloadTypes(NameTable& names) : names_(names) {}

  // The type of that message; valid until the next call. Allocates when it meets a type for the
  // first time.
  const PayloadType& of(const google::protobuf::Message& message) {
    const std::type_info& type = typeid(message);
    const PayloadType& known = known_[slot_of(type)];
    return known.type == &type ? known : look_up(message);
  }

 private:
  static constexpr size_t kSlots = 64;
  // The place only picks a slot: the answer depends on the type alone.
  static size_t slot_of(const std::type_info& type) {
    return reinterpret_cast<uintptr_t>(&type) / alignof(std::type_info) % kSlots;
  }
  const PayloadType& look_up(const google::protobuf::Message& message);

  NameTable& names_;
  std::array<PayloadType, kSlots> known_;
};

}  // namespace seedbed

#include "sim/trace/payload_types.h"

#include <google/protobuf/message.h>

#include "sim/core/arena.h"

namespace seedbed {
namespace {

// Is it the class that was generated for this type of message, and so for no other?
bool is_generated(const google::protobuf::Descriptor* descriptor, const std::type_info& type) {
  const auto* prototype =
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(descriptor);
  return prototype != nullptr && typeid(*prototype) == type;
}

bool is_flat(const google::protobuf::Descriptor* descriptor) {
  if (descriptor->extension_range_count() > 0) return false;
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const google::protobuf::FieldDescriptor& field = *descriptor->field(i);
    const bool inner = field.cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE;
    if (inner || field.is_packed()) return false;
  }
  return true;
}

}  // namespace

const PayloadType& PayloadTypes::look_up(const google::protobuf::Message& message) {
  const RunArena::Outside outside;
  const std::type_info& type = typeid(message);
  const google::protobuf::Descriptor* descriptor = message.GetDescriptor();
  const bool generated = is_generated(descriptor, type);
  PayloadType& known = known_[slot_of(type)];
  known = {.type = generated ? &type : nullptr,
           .text = descriptor->full_name(),
           .name = names_.number_of(descriptor->full_name()),
           .flat = generated && is_flat(descriptor)};
  return known;
}

}  // namespace seedbed

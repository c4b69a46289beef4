#include "sim/world/message.h"

#include "sim/core/check.h"

namespace seedbed {

SealedMessage SealedMessage::reparsed() const {
  std::string bytes;
  CHECK(get().SerializeToString(&bytes));
  google::protobuf::Message* slot = nullptr;
  SealedMessage copy(box_->another(&slot));
  CHECK(slot->ParseFromString(bytes));
  return copy;
}

}  // namespace seedbed

#include "sim/world/message.h"

#include "sim/core/check.h"

namespace seedbed {

SealedMessage SealedMessage::reparsed() const {
  std::string bytes;
  CHECK(get().SerializeToString(&bytes));
  SealedMessage copy(box_->another());
  CHECK(copy.box_->message->ParseFromString(bytes));
  return copy;
}

}  // namespace seedbed

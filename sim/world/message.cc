#include "sim/world/message.h"

#if __has_include(<google/protobuf/stubs/logging.h>)
#include <google/protobuf/stubs/logging.h>
#define SEEDBED_QUIET_PARSER google::protobuf::LogSilencer silencer  // of text that is not UTF-8
#else
#define SEEDBED_QUIET_PARSER static_cast<void>(0)
#endif

#include "sim/core/check.h"
#include "sim/core/random.h"

namespace seedbed {

SealedMessage SealedMessage::reparsed() const {
  std::string bytes;
  CHECK(get().SerializeToString(&bytes));
  SealedMessage copy(box_->another());
  CHECK(copy.box_->message->ParseFromString(bytes));
  return copy;
}

SealedMessage SealedMessage::damaged(uint64_t where, uint64_t count) const {
  std::string bytes;
  CHECK(get().SerializeToString(&bytes));
  if (bytes.empty()) return {};
  const uint64_t first = below(where, bytes.size() * 8);
  for (uint64_t bit = first; bit < first + count; ++bit) {
    bytes[bit / 8 % bytes.size()] ^= static_cast<char>(1 << (bit % 8));
  }
  SEEDBED_QUIET_PARSER;
  SealedMessage copy(box_->another());
  if (!copy.box_->message->ParseFromString(bytes)) return {};
  return copy;
}

}  // namespace seedbed

#include "sim/trace/payloads.h"

#include <google/protobuf/descriptor.h>

#include <climits>

namespace seedbed {

const google::protobuf::Message* PayloadParser::parse(uint64_t number, const std::string& type,
                                                      std::string_view bytes) {
  using google::protobuf::DescriptorPool;
  using google::protobuf::MessageFactory;
  if (types_.size() <= number) types_.resize(number + 1);
  Known& known = types_[number];
  if (!known.asked) {
    known.asked = true;
    const auto* descriptor = DescriptorPool::generated_pool()->FindMessageTypeByName(type);
    if (descriptor != nullptr) {
      known.message.reset(MessageFactory::generated_factory()->GetPrototype(descriptor)->New());
    }
  }
  if (known.message == nullptr || bytes.size() > INT_MAX) return nullptr;
  const int size = static_cast<int>(bytes.size());
  return known.message->ParsePartialFromArray(bytes.data(), size) ? known.message.get() : nullptr;
}

}  // namespace seedbed

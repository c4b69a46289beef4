// PayloadParser: makes messages of bytes, by the name of their type. It knows every type whose
// generated code is linked into the program.
#pragma once

#include <google/protobuf/message.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace seedbed {

class PayloadParser {
 public:
  // The message of those bytes, valid until the next call with the same number; null if the type is
  // not known here or the bytes are no such message. `number` stands for `type`, always the same.
  const google::protobuf::Message* parse(uint64_t number, const std::string& type,
                                         std::string_view bytes);

 private:
  struct Known {
    bool asked = false;
    std::unique_ptr<google::protobuf::Message> message;  // null: no such type
  };
  std::vector<Known> types_;  // by number
};

}  // namespace seedbed

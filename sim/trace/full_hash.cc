#include "sim/trace/full_hash.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/message.h>

#include "sim/core/arena.h"
#include "sim/core/hash.h"

namespace seedbed {

void serialize_canonically(const google::protobuf::Message& message, std::string* bytes) {
  bytes->clear();
  google::protobuf::io::StringOutputStream stream(bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializePartialToCodedStream(&coded);
}

void FullHash::on_event(const TraceEvent& event) {
  const RunArena::Outside outside;
  const uint64_t header[] = {number(event.index),
                             number(event.cause),
                             static_cast<uint64_t>(nanoseconds(event.time)),
                             static_cast<uint64_t>(event.kind),
                             number(event.node),
                             number(event.peer),
                             event.id,
                             event.value};
  for (const uint64_t word : header) state_ = mix(state_, word);
  state_ = hash_bytes(event.name, state_);
  state_ = hash_bytes(event.bytes, state_);
  if (event.payload == nullptr) {
    state_ = mix(state_, 0);
    return;
  }
  serialize_canonically(*event.payload, &scratch_);
  state_ = mix(hash_bytes(scratch_, state_), 1);
}

}  // namespace seedbed

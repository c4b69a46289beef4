// A block is written in protobuf's wire format by hand: making message objects of every event would
// cost more than the events do. The reader, and a test, read it back with the generated code.
#include "sim/trace/recorder.h"

#include <google/protobuf/message.h>

#include <algorithm>
#include <array>
#include <typeinfo>

#include "sim/core/arena.h"
#include "sim/core/check.h"
#include "sim/trace/frame.h"
#include "sim/trace/trace.pb.h"

namespace seedbed {
namespace {

constexpr size_t kEventsPerBlock = 1024;
constexpr size_t kBlockBytes = 64 * 1024;  // of bytes and payloads
constexpr size_t kLongestVarint = 10;

uint8_t* put_varint(uint8_t* at, uint64_t value) {
  while (value >= 0x80) {
    *at++ = static_cast<uint8_t>(value) | 0x80;
    value >>= 7;
  }
  *at++ = static_cast<uint8_t>(value);
  return at;
}

void append_varint(std::string* out, uint64_t value) {
  std::array<uint8_t, kLongestVarint> buffer;
  const uint8_t* end = put_varint(buffer.data(), value);
  out->append(reinterpret_cast<const char*>(buffer.data()), static_cast<size_t>(end - &buffer[0]));
}

constexpr uint64_t tag(int field, int wire_type) {
  return (static_cast<uint64_t>(field) << 3) | static_cast<uint64_t>(wire_type);
}

void append_bytes(std::string* out, int field, std::string_view bytes) {
  if (bytes.empty()) return;
  append_varint(out, tag(field, 2));
  append_varint(out, bytes.size());
  out->append(bytes);
}

// The numbers of one field of a block. An event has at most one in each, so it never overflows.
class Column {
 public:
  void put(uint64_t value) { end_ = put_varint(end_, value); }
  std::string_view bytes() const {
    return {reinterpret_cast<const char*>(data_.data()), static_cast<size_t>(end_ - data_.data())};
  }
  void clear() { end_ = data_.data(); }

 private:
  std::array<uint8_t, kEventsPerBlock * kLongestVarint> data_;
  uint8_t* end_ = data_.data();
};

// Is it the class that was generated for this type of message, and so for no other?
bool is_generated(const google::protobuf::Descriptor* descriptor, const std::type_info& type) {
  const auto* prototype =
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(descriptor);
  return prototype != nullptr && typeid(*prototype) == type;
}

}  // namespace

struct Recorder::Columns {
  Column shapes, times, nodes, indexes, causes, peers, ids, values, names, bytes_sizes,
      payload_sizes, payload_types;

  std::array<std::pair<int, Column*>, 12> in_order() {
    using trace::Block;
    return {{{Block::kShapesFieldNumber, &shapes},
             {Block::kTimesFieldNumber, &times},
             {Block::kNodesFieldNumber, &nodes},
             {Block::kIndexesFieldNumber, &indexes},
             {Block::kCausesFieldNumber, &causes},
             {Block::kPeersFieldNumber, &peers},
             {Block::kIdsFieldNumber, &ids},
             {Block::kValuesFieldNumber, &values},
             {Block::kNameNumbersFieldNumber, &names},
             {Block::kBytesSizesFieldNumber, &bytes_sizes},
             {Block::kPayloadSizesFieldNumber, &payload_sizes},
             {Block::kPayloadTypesFieldNumber, &payload_types}}};
  }
};

void ByteBuffer::grow(size_t bytes) {
  capacity_ = std::max(2 * capacity_, size_ + bytes);
  std::unique_ptr<uint8_t[]> larger(new uint8_t[capacity_]);
  std::copy_n(data_.get(), size_, larger.get());
  data_ = std::move(larger);
}

Recorder::Recorder(const trace::Header& header, Write write, RecorderOptions options)
    : write_(std::move(write)), options_(options), columns_(new Columns) {
  trace::Header complete = header;
  complete.set_version(kTraceVersion);
  complete.set_payloads(options.payloads);
  write_(kTraceMagic);
  written_ += kTraceMagic.size();
  write_frame(static_cast<char>(FrameType::kHeader), complete.SerializeAsString());
}

Recorder::~Recorder() = default;

void Recorder::on_event(const TraceEvent& event) {
  const RunArena::Outside outside;
  Columns& columns = *columns_;
  const uint64_t index = number(event.index);
  const auto time = static_cast<uint64_t>(nanoseconds(event.time));
  const NumberedName name = names_.number_of(event.name);
  auto shape = static_cast<uint64_t>(event.kind);
  CHECK(shape < kEventKinds);

  columns.times.put(time - prediction_.time());
  columns.nodes.put(number(event.node));
  if (const uint64_t peer = number(event.peer); peer != 0) {
    shape |= kHasPeer;
    columns.peers.put(peer);
  }
  if (name.number != 0) {
    shape |= kHasName;
    columns.names.put(name.number);
  }
  const auto put_surprise = [&](Column& column, ShapeBit bit, uint64_t actual, uint64_t predicted) {
    if (actual == predicted) return;
    shape |= bit;
    column.put(zigzag(actual - predicted));
  };
  put_surprise(columns.indexes, kHasIndex, index, prediction_.index());
  put_surprise(columns.causes, kHasCause, number(event.cause), Prediction::cause(index));
  put_surprise(columns.ids, kHasId, event.id, prediction_.id(event.kind, name));
  put_surprise(columns.values, kHasValue, event.value, Prediction::value(event.kind, name));
  if (!event.bytes.empty()) {
    shape |= kHasBytes;
    columns.bytes_sizes.put(event.bytes.size());
    bytes_.append(event.bytes);
  }
  if (event.payload != nullptr && options_.payloads) put_payload(*event.payload, name, &shape);
  columns.shapes.put(shape);

  prediction_.learn(index, time, event.kind, event.id);
  hash_.mix_in(event);
  ++events_;
  if (++block_events_ == kEventsPerBlock || bytes_.size() + payloads_.size() >= kBlockBytes) {
    flush();
  }
}

NumberedName Recorder::look_up_type(const google::protobuf::Message& payload) {
  const std::type_info& type = typeid(payload);
  const google::protobuf::Descriptor* descriptor = payload.GetDescriptor();
  KnownType& known = known_types_[slot_of(type)];
  known = {.type = is_generated(descriptor, type) ? &type : nullptr,
           .name = names_.number_of(descriptor->full_name())};
  return known.name;
}

// Asking a message for its type's name costs more than writing the message down. So the answer is
// kept by its C++ type, which says the same; except where one class stands for many types.
inline NumberedName Recorder::type_name(const google::protobuf::Message& payload) {
  const std::type_info& type = typeid(payload);
  const KnownType& known = known_types_[slot_of(type)];
  if (known.type == &type) [[likely]]
    return known.name;
  return look_up_type(payload);
}

void Recorder::put_payload(const google::protobuf::Message& payload, const NumberedName& event_name,
                           uint64_t* shape) {
  *shape |= kHasPayload;
  const size_t size = payload.ByteSizeLong();
  columns_->payload_sizes.put(size);
  payload.SerializeWithCachedSizesToArray(payloads_.extend(size));
  const NumberedName type = type_name(payload);
  if (type.number == event_name.number) return;
  *shape |= kHasPayloadType;
  columns_->payload_types.put(type.number);
}

void Recorder::flush() {
  if (block_events_ == 0) return;
  write_frame(static_cast<char>(FrameType::kBlock), take_block());
}

std::string Recorder::take_block() {
  std::string block;
  append_varint(&block, tag(trace::Block::kEventsFieldNumber, 0));
  append_varint(&block, block_events_);
  for (const std::string_view name : names_.take_new()) {
    append_bytes(&block, trace::Block::kNamesFieldNumber, name);
  }
  for (const auto& [field, column] : columns_->in_order()) {
    append_bytes(&block, field, column->bytes());
    column->clear();
  }
  append_bytes(&block, trace::Block::kBytesFieldNumber, bytes_);
  append_bytes(&block, trace::Block::kPayloadsFieldNumber, payloads_.bytes());
  bytes_.clear();
  payloads_.clear();
  block_events_ = 0;
  return block;
}

void Recorder::finish(std::string_view verdict, uint64_t full_hash) {
  flush();
  trace::Footer footer;
  footer.set_events(events_);
  footer.set_light_hash(hash_.value());
  footer.set_full_hash(full_hash);
  footer.set_verdict(std::string(verdict));
  write_frame(static_cast<char>(FrameType::kFooter), footer.SerializeAsString());
}

void Recorder::write_frame(char type, std::string_view content) {
  const std::string head = frame_head(static_cast<FrameType>(type), content);
  write_(head);
  write_(content);
  written_ += head.size() + content.size();
}

}  // namespace seedbed

// A run that is recorded should not be much slower than one that is not, so:
//
// 1. An event is written once, where it belongs in its block. There is always room for it: what is
//    longer than usual makes room first.
// 2. Only what is rare allocates, and does so outside the run's arena.
// 3. A message that arrives as it was sent is not looked at again.
#include "sim/trace/recorder.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <array>

#include "sim/core/arena.h"
#include "sim/core/check.h"
#include "sim/trace/frame.h"
#include "sim/trace/row.h"
#include "sim/trace/trace.pb.h"
#include "sim/trace/varint.h"

namespace seedbed {
namespace {

// A block ends after the event that makes it as long as this.
constexpr size_t kBlockBytes = 16 * 1024;
// So there is always room for a row, and for the bytes of a message that is no longer than this.
constexpr size_t kRowsCapacity = kBlockBytes + kLongestRow;
constexpr size_t kUsualPayload = 16 * 1024;

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

// Appends the bytes of any message.
[[gnu::noinline]] void append_large_payload(const google::protobuf::Message& payload,
                                            ByteBuffer* out) {
  const RunArena::Outside outside;
  const size_t size = payload.ByteSizeLong();
  out->reserve(size);
  out->advance_to(payload.SerializeWithCachedSizesToArray(out->end()));
}

// Appends the bytes of a message, for which there is room if they are not more than usual. How many
// they are is seen when they have been written: to ask the message beforehand costs as much again.
inline void append_payload(const google::protobuf::Message& payload, bool flat, ByteBuffer* out) {
  using google::protobuf::io::EpsCopyOutputStream;
  constexpr int kRoom = kUsualPayload - EpsCopyOutputStream::kSlopBytes;
  if (!flat) payload.ByteSizeLong();  // leaves the sizes of its parts in it
  EpsCopyOutputStream stream(out->end(), kRoom, /*deterministic=*/false);
  uint8_t* end = payload._InternalSerialize(out->end(), &stream);
  if (stream.HadError()) [[unlikely]] {
    append_large_payload(payload, out);
  } else {
    out->advance_to(end);
  }
}

}  // namespace

Recorder::Recorder(const trace::Header& header, Write write, RecorderOptions options)
    : write_(std::move(write)),
      options_(options),
      rows_(kRowsCapacity),
      contents_(kBlockBytes + kUsualPayload) {
  trace::Header complete = header;
  complete.set_version(kTraceVersion);
  complete.set_payloads(options.payloads);
  write_(kTraceMagic);
  written_ += kTraceMagic.size();
  write_frame(static_cast<char>(FrameType::kHeader), complete.SerializeAsString());
}

Recorder::~Recorder() = default;

void Recorder::on_event(const TraceEvent& event) {
  CHECK(static_cast<uint64_t>(event.kind) < kEventKinds);
  const Described described = describe(event);
  if (!event.bytes.empty()) put_bytes(event.bytes);
  const uint64_t index = number(event.index);
  const auto time = static_cast<uint64_t>(nanoseconds(event.time));
  const Row row{.kind = static_cast<uint64_t>(event.kind),
                .as_sent = event.as_sent,
                .node = number(event.node),
                .peer = number(event.peer),
                .name = described.name.number,
                .payload = described.payload,
                .time = time - prediction_.time(),
                .cause = Prediction::cause(index) - number(event.cause),
                .id = zigzag(event.id - prediction_.id(event.kind, described.name)),
                .value = event.value - Prediction::value(event.kind, described.name),
                .index = index - prediction_.index(),
                .bytes_size = event.bytes.size(),
                .payload_type = described.type};
  rows_.advance_to(put_row(rows_.end(), row));
  prediction_.learn(index, time, event.kind, event.id);
  ++events_;
  if (rows_.size() + contents_.size() >= kBlockBytes) [[unlikely]]
    flush();
}

// Takes up name and payload of an event. Most events with a payload bear the name of its type, and
// so need not look theirs up.
inline Recorder::Described Recorder::describe(const TraceEvent& event) {
  if (event.as_sent && prediction_.in_block(number(event.cause))) {
    return {.name = names_.number_of({})};
  }
  if (event.payload == nullptr || !options_.payloads) {
    return {.name = names_.number_of(event.name)};
  }
  const PayloadType& type = types_.of(*event.payload);
  const size_t before = contents_.size();
  append_payload(*event.payload, type.flat, &contents_);
  const uint64_t payload = contents_.size() - before + 1;
  if (type.is_text(event.name)) return {.name = type.name, .payload = payload};
  const NumberedName name = names_.number_of(event.name);
  return {.name = name,
          .payload = payload,
          .type = name.number == type.name.number ? 0 : type.name.number};
}

void Recorder::put_bytes(std::string_view bytes) {
  const RunArena::Outside outside;
  contents_.reserve(bytes.size());
  contents_.advance_to(std::copy(bytes.begin(), bytes.end(), contents_.end()));
}

void Recorder::flush() {
  if (rows_.size() == 0) return;
  const RunArena::Outside outside;
  write_block();
}

// The block is written in protobuf's wire format by hand: it would cost more to make a message of
// it. The reader, and a test, read it back with the generated code.
void Recorder::write_block() {
  block_.clear();
  for (const std::string_view name : names_.take_new()) {
    append_bytes(&block_, trace::Block::kNamesFieldNumber, name);
  }
  append_bytes(&block_, trace::Block::kRowsFieldNumber, rows_.bytes());
  append_bytes(&block_, trace::Block::kContentsFieldNumber, contents_.bytes());
  write_frame(static_cast<char>(FrameType::kBlock), block_);
  rows_.clear();
  contents_.clear();
  prediction_.begin_block();
}

void Recorder::finish(std::string_view verdict, RunHashes hashes) {
  flush();
  trace::Footer footer;
  footer.set_events(events_);
  footer.set_light_hash(hashes.light);
  footer.set_full_hash(hashes.full);
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

// Recorder: writes a run down as a trace file, while it runs.
//
//   Recorder recorder(header, [&](std::string_view bytes) { file.append(bytes); });
//   stream.watch(recorder);
//   ...
//   recorder.finish("pass");
//
// It writes blocks of some ten kilobytes, as they fill. What it writes is a function of the events
// alone. Make it outside the run's arena: it allocates there, and calls `write` there.
//
// Measured on messages that five nodes send each other: 7 bytes for each event, and its payload.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <typeinfo>

#include "sim/core/event_stream.h"
#include "sim/trace/name_table.h"
#include "sim/trace/prediction.h"

namespace seedbed {

namespace trace {
class Header;  // sim/trace/trace.proto
}

struct RecorderOptions {
  bool payloads = true;  // without them a trace can be looked at, but not be checked again
};

// Bytes that somebody else writes: unlike a string, it does not fill what it adds with zeros first.
class ByteBuffer {
 public:
  // Room for that many more bytes, for the caller to write; valid until the next call.
  uint8_t* extend(size_t bytes) {
    if (bytes > capacity_ - size_) [[unlikely]]
      grow(bytes);
    uint8_t* const place = data_.get() + size_;
    size_ += bytes;
    return place;
  }
  std::string_view bytes() const { return {reinterpret_cast<const char*>(data_.get()), size_}; }
  size_t size() const { return size_; }
  void clear() { size_ = 0; }

 private:
  void grow(size_t bytes);

  std::unique_ptr<uint8_t[]> data_;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

class Recorder final : public EventSink {
 public:
  using Write = std::function<void(std::string_view bytes)>;

  // Writes the header at once; its version and what it says of payloads are filled in here.
  Recorder(const trace::Header& header, Write write, RecorderOptions options = {});
  ~Recorder() override;

  void on_event(const TraceEvent& event) override;

  // Writes out what is there, also in a block that is not full: for when the process is about to
  // end.
  void flush();

  // The run is over. Call once, after the last event. `full_hash` is 0 if nobody computed it.
  void finish(std::string_view verdict, uint64_t full_hash = 0);

  uint64_t events() const { return events_; }
  // Everything written so far, block heads included.
  uint64_t bytes_written() const { return written_; }

 private:
  struct Columns;
  struct KnownType {
    const std::type_info* type = nullptr;
    NumberedName name;
  };
  static constexpr size_t kKnownTypes = 64;
  static size_t slot_of(const std::type_info& type) {
    return reinterpret_cast<uintptr_t>(&type) / alignof(std::type_info) % kKnownTypes;
  }

  NumberedName type_name(const google::protobuf::Message& payload);
  NumberedName look_up_type(const google::protobuf::Message& payload);
  void put_payload(const google::protobuf::Message& payload, const NumberedName& event_name,
                   uint64_t* shape);
  std::string take_block();
  void write_frame(char type, std::string_view content);

  Write write_;
  RecorderOptions options_;
  NameTable names_;
  std::array<KnownType, kKnownTypes> known_types_;  // the place only picks a slot
  Prediction prediction_;
  TraceHash hash_;
  std::unique_ptr<Columns> columns_;
  std::string bytes_;    // of the events of this block
  ByteBuffer payloads_;  // likewise
  uint64_t events_ = 0;
  uint64_t block_events_ = 0;
  uint64_t written_ = 0;
};

}  // namespace seedbed

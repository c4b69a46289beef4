// Recorder: writes a run down as a trace file, while it runs.
//
//   Recorder recorder(header, [&](std::string_view bytes) { file.append(bytes); });
//   stream.watch(recorder);
//   ...
//   recorder.finish("pass");
//
// It writes blocks of some sixteen kilobytes, as they fill. What it writes is a function of the
// events alone. Make it outside the run's arena: it allocates there, and calls `write` there.
//
// Measured on messages that five nodes send each other: 9 bytes for each event, and what they say.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "sim/core/event_stream.h"
#include "sim/trace/byte_buffer.h"
#include "sim/trace/name_table.h"
#include "sim/trace/payload_types.h"
#include "sim/trace/prediction.h"
#include "sim/trace/row.h"

namespace seedbed {

namespace trace {
class Header;  // sim/trace/trace.proto
}

struct RecorderOptions {
  bool payloads = true;  // without them a trace can be looked at, but not be checked again
};

// The hashes of a run, as those know them who computed them. 0: nobody did.
struct RunHashes {
  uint64_t light = 0;  // EventStream::hash()
  uint64_t full = 0;   // FullHash::value()
};

class Recorder final : public EventSink {
 public:
  using Write = std::function<void(std::string_view bytes)>;

  // Writes the header at once; its version and what it says of payloads are filled in here.
  Recorder(const trace::Header& header, Write write, RecorderOptions options = {});
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;
  ~Recorder() override;

  void on_event(const TraceEvent& event) override;

  // Writes out what is there, also in a block that is not full: for when the process is about to
  // end.
  void flush();

  // The run is over. Call once, after the last event.
  void finish(std::string_view verdict, RunHashes hashes);

  uint64_t events() const { return events_; }
  // Everything written so far, block heads included.
  uint64_t bytes_written() const { return written_; }

 private:
  // What a row says of the name and the payload of its event; see Row.
  struct Described {
    NumberedName name;
    uint64_t payload = 0;
    uint64_t type = 0;
  };
  Described describe(const TraceEvent& event);
  void put_bytes(std::string_view bytes);
  void write_block();
  void write_frame(char type, std::string_view content);

  Write write_;
  RecorderOptions options_;
  NameTable names_;
  PayloadTypes types_{names_};
  Prediction prediction_;
  // Of the block that has not been written yet.
  ByteBuffer rows_;
  ByteBuffer contents_;
  std::string block_;  // as it is written; kept for its memory
  uint64_t events_ = 0;
  uint64_t written_ = 0;
};

}  // namespace seedbed

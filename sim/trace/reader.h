// TraceReader: gives the events of a trace file back, one by one, as they were when they happened.
//
//   TraceReader reader(bytes, "failure.trace");          // ConfigError if it is no trace
//   TraceEvent event;
//   while (reader.next(&event)) use(event);
//   if (!reader.complete()) warn(reader.ending());   // "failure.trace: cut off after event 1017"
//
// A file that was cut off or damaged gives every event up to there: some hundred events stand and
// fall together. Payloads are made again from their bytes if their type is linked into the program,
// so a checker that is fed from a file sees what it would have seen live:
//
//   replay(reader, {&linearizability, &durability});
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/core/event.h"
#include "sim/trace/frame.h"
#include "sim/trace/payloads.h"
#include "sim/trace/prediction.h"
#include "sim/trace/row.h"
#include "sim/trace/trace.pb.h"

namespace seedbed {

class TraceReader {
 public:
  // `file` is the content of the file that is called `name`, and must outlive the reader. Throws
  // ConfigError if it is not a trace, or one that this build cannot read.
  TraceReader(std::string_view file, std::string name);
  TraceReader(const TraceReader&) = delete;
  TraceReader& operator=(const TraceReader&) = delete;

  const std::string& name() const { return name_; }
  const trace::Header& header() const { return header_; }

  // The next event; false if there is none. What the event points to is valid until the next call.
  bool next(TraceEvent* event);
  // The payload of the last event as it stands in the file, also if its type is unknown here.
  std::string_view payload_bytes() const { return payload_bytes_; }
  // Its type; empty if it has none.
  std::string_view payload_type() const { return payload_type_; }
  // Begins again with the first event.
  void rewind();

  // Events given so far, and of those, the ones whose payload could not be made again.
  uint64_t events() const { return events_; }
  uint64_t unknown_payloads() const { return unknown_payloads_; }

  // After next() has returned false: did the trace end as it should?
  bool complete() const { return footer_.has_value(); }
  // One line: complete, cut off or damaged, and where.
  const std::string& ending() const { return ending_; }
  // Only of a complete trace, once it was read.
  const std::optional<trace::Footer>& footer() const { return footer_; }

 private:
  // What a row said of the name and the payload of its event.
  struct Described {
    uint64_t name = 0;
    uint64_t type = 0;                        // of the payload
    std::optional<std::string_view> payload;  // its bytes
  };

  void read_header();
  bool next_block();
  bool load_block(std::string_view content);
  bool load_footer(std::string_view content);
  bool decode(TraceEvent* event);
  bool describe(const Row& row, uint64_t cause, Described* described);
  void make_payload(const Described& described, TraceEvent* event);
  void end(std::string_view how);

  std::string_view file_;
  std::string name_;
  trace::Header header_;
  FrameReader after_header_;
  FrameReader frames_;
  trace::Block block_;
  std::string_view rows_left_;
  std::string_view contents_left_;
  std::vector<Described> described_;  // from prediction_.first_index() on
  std::vector<NumberedName> names_;
  std::deque<std::string> name_texts_;  // by number; their addresses stay
  Prediction prediction_;
  PayloadParser payloads_;
  std::string_view payload_bytes_;
  std::string_view payload_type_;
  EventIndex last_{};
  uint64_t events_ = 0;
  uint64_t unknown_payloads_ = 0;
  bool ended_ = false;
  std::string ending_;
  std::optional<trace::Footer> footer_;
};

// Shows every remaining event to each sink that is interested in its kind, as the live stream did;
// returns how many there were. A trace without payloads (see its header) shows none. A ConfigError
// that a sink throws, because the events make no sense to it, gets the file's name.
uint64_t replay(TraceReader& reader, const std::vector<EventSink*>& sinks);

}  // namespace seedbed

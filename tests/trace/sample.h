// Traces for tests, made of events by hand.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "sim/core/event.h"
#include "sim/core/event_stream.h"
#include "sim/trace/recorder.h"
#include "sim/trace/trace.pb.h"
#include "tests/trace/sample.pb.h"

namespace seedbed {

// An event with copies of what it pointed to.
struct KeptEvent {
  explicit KeptEvent(const TraceEvent& event);

  TraceEvent header;  // name, bytes and payload are cleared
  std::string name;
  std::string bytes;
  std::string payload_type;
  std::string payload;
  bool operator==(const KeptEvent& other) const;
};

// Keeps every event it is shown.
class Keeper final : public EventSink {
 public:
  explicit Keeper(EventKinds kinds = EventKinds::all()) : kinds_(kinds) {}
  EventKinds interests() const override { return kinds_; }
  void on_event(const TraceEvent& event) override { events.emplace_back(event); }
  std::vector<KeptEvent> events;

 private:
  EventKinds kinds_;
};

trace::Header sample_header();

// Emits `rounds` rounds of every kind of event, with pings as payloads. The same every time.
void play_sample(EventStream& stream, int rounds);

// The trace file of play_sample.
std::string sample_trace(int rounds, RecorderOptions options = {});

// A trace of these events as they stand, indexes and causes included.
std::string trace_of(const std::vector<TraceEvent>& events, RecorderOptions options = {});

}  // namespace seedbed

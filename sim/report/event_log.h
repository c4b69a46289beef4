// EventLog: the events of one run, kept for a report, with what they mean in words.
//
//   EventLog log(protocol);
//   replay(reader, {&log});                        // from a recorded trace
//   log.events()[0].caption                        // "LEADER t3", "put(x,\"5\")", "n1 n2 | n3"
//
// Payloads are borrowed by events and gone afterwards, so all that a report may want to say of them
// is put into words here. Timers, choices and the steps of disk operations tell a reader nothing:
// they are left out, and an event that was caused by one of them is linked to what caused that one
// in turn.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/core/event.h"
#include "sim/run/protocol.h"

namespace seedbed {

struct StoredEvent {
  EventIndex index{};
  EventIndex cause{};  // the nearest one that is stored
  Time time{};
  EventKind kind{};
  NodeId node{};
  NodeId peer{};
  uint64_t id = 0;
  uint64_t value = 0;
  std::string_view name;
  std::string_view caption;  // empty: nothing worth showing
};

class EventLog final : public EventSink {
 public:
  // Captions of probes are those of the protocol; `protocol` is not needed afterwards.
  explicit EventLog(const ProtocolSpec& protocol) : caption_of_probe_(protocol.caption) {}
  // Movable; the views of its events into its texts forbid copies.
  EventLog(EventLog&&) = default;

  void on_event(const TraceEvent& event) override;

  // In order of their indices. Their texts are valid as long as the log.
  std::span<const StoredEvent> events() const { return events_; }

 private:
  std::string_view keep(std::string_view text);
  std::string caption(const TraceEvent& event);
  std::string operation_text(const TraceEvent& event);

  std::function<std::string(const TraceEvent& event)> caption_of_probe_;
  std::vector<StoredEvent> events_;
  std::vector<EventIndex> stands_for_;  // by index: the event itself, or its nearest stored cause
  std::set<std::string, std::less<>> texts_;
  std::map<uint64_t, Operation> asked_;  // invoked, and not yet returned
};

// The last part of a message's full name: "AppendEntries".
std::string_view message_name(std::string_view type);

}  // namespace seedbed

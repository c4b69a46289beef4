#include "sim/core/event_stream.h"

namespace seedbed {

void EventStream::watch(EventSink& sink) {
  const EventKinds kinds = sink.interests();
  for (int kind = 1; kind < kEventKinds; ++kind) {
    if (!kinds.contains(static_cast<EventKind>(kind))) continue;
    watchers_[static_cast<size_t>(kind)].push_back(&sink);
    interests_ |= 1u << kind;
  }
}

void EventStream::show(const TraceEvent& event) {
  for (EventSink* sink : watchers_[static_cast<size_t>(event.kind)]) sink->on_event(event);
}

}  // namespace seedbed

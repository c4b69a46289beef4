#include "sim/core/event_stream.h"

namespace seedbed {

void EventStream::watch(EventSink& sink) {
  const EventKinds kinds = sink.interests();
  for (int kind = 1; kind < kEventKinds; ++kind) {
    if (!kinds.contains(static_cast<EventKind>(kind))) continue;
    Watchers& watchers = watchers_[static_cast<size_t>(kind)];
    if (watchers.first == nullptr) {
      watchers.first = &sink;
    } else {
      watchers.others.push_back(&sink);
    }
    interests_ |= 1u << kind;
  }
}

void EventStream::Watchers::show_others(const TraceEvent& event) const {
  for (EventSink* sink : others) sink->on_event(event);
}

}  // namespace seedbed

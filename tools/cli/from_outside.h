// FromOutside: lets a watcher that was made outside a run keep its memory there.
#pragma once

#include "sim/core/arena.h"
#include "sim/core/event.h"

namespace seedbed {

class FromOutside final : public EventSink {
 public:
  explicit FromOutside(EventSink& watcher) : watcher_(watcher) {}
  EventKinds interests() const override { return watcher_.interests(); }
  void on_event(const TraceEvent& event) override {
    RunArena::Outside outside;
    watcher_.on_event(event);
  }

 private:
  EventSink& watcher_;
};

}  // namespace seedbed

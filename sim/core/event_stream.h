// EventStream: where events become part of a run. It numbers them, links each to its cause, stamps
// it with the time, mixes it into the trace hash and shows it to those who watch.
//
//   stream.watch(checker);
//   stream.emit({.kind = EventKind::kCrash, .node = node, .id = incarnation});
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sim/core/event.h"
#include "sim/core/hash.h"

namespace seedbed {

// The light hash of a run: mixes the header of every event, always. Two runs with the same hash did
// the same things at the same times; payloads and bytes are covered by the full hash of sim/trace.
class TraceHash {
 public:
  void mix_in(const TraceEvent& event) {
    const uint64_t who = (static_cast<uint64_t>(event.kind) << 56) ^
                         (static_cast<uint64_t>(number(event.node)) << 28) ^ number(event.peer);
    state_ = fold_multiply(state_ ^ static_cast<uint64_t>(nanoseconds(event.time)) ^ kFirst,
                           who ^ kSecond);
    state_ = fold_multiply(state_ ^ event.id ^ kThird, event.value ^ kSecond) + event.id;
  }
  uint64_t value() const { return scramble(state_); }

 private:
  static constexpr uint64_t kFirst = 0xa0761d6478bd642fULL;
  static constexpr uint64_t kSecond = 0xe7037ed1a0b428dbULL;
  static constexpr uint64_t kThird = 0x8ebc6af09c88c6e3ULL;
  uint64_t state_ = kFirst;
};

class EventStream {
 public:
  // `sink` must outlive the stream, and is told of every later event that it is interested in.
  void watch(EventSink& sink);

  // Numbers, dates, hashes and shows the event; returns its index. Its cause is the event emitted
  // or resumed from last.
  EventIndex emit(TraceEvent event) {
    event.index = EventIndex{++count_};
    event.cause = current_;
    event.time = now_;
    current_ = event.index;
    hash_.mix_in(event);
    if (watched(event.kind)) [[unlikely]] {
      const TraceEvent shown = event;  // a copy, so that the event itself may stay in registers
      const Watchers& watchers = watchers_[static_cast<size_t>(event.kind)];
      watchers.first->on_event(shown);
      if (!watchers.others.empty()) watchers.show_others(shown);
    }
    return event.index;
  }

  // True if some watcher wants to see events of that kind: only then is a payload worth making.
  bool watched(EventKind kind) const {
    return (interests_ & (1u << static_cast<uint32_t>(kind))) != 0;
  }

  uint64_t count() const { return count_; }
  uint64_t hash() const { return hash_.value(); }

  // The event that is running: whatever is scheduled now is caused by it.
  EventIndex current() const { return current_; }
  // Called by the scheduler when it continues what `cause` had scheduled.
  void resume_from(EventIndex cause) { current_ = cause; }
  void set_now(Time now) { now_ = now; }
  Time now() const { return now_; }

 private:
  // Of one kind of event. Most often there is one, and it is told without a loop.
  struct Watchers {
    EventSink* first = nullptr;
    std::vector<EventSink*> others;
    void show_others(const TraceEvent& event) const;
  };

  Time now_ = kStart;
  uint64_t count_ = 0;
  EventIndex current_ = kNoEvent;
  TraceHash hash_;
  uint32_t interests_ = 0;  // union over all kinds, a bit each
  std::array<Watchers, kEventKinds> watchers_;
};

}  // namespace seedbed

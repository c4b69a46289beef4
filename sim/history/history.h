// History: all operations of a run, each with where it began and where it ended in the one order of
// events. Checkers of client-visible guarantees judge histories and nothing else.
//
//   HistoryBuilder builder;             // watches a run, or a recorded trace
//   stream.watch(builder);
//   ...
//   const History history = builder.take();
//   for (const Entry& entry : history.entries()) ...
//
// An operation that never returned (its client crashed, or the run ended) is in the history with
// outcome info: it may have happened. Nothing is ever left out.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "sim/core/event.h"
#include "sim/history/operation.h"

namespace seedbed {

// One operation from invocation to return. A precedes B if A returned and A.returned < B.invoked;
// otherwise, if neither precedes the other, they are concurrent. Times are for display: the order
// is that of the indices.
struct Entry {
  uint64_t id = 0;  // unique in the history
  NodeId client{};
  Operation operation;
  Response response = Response::info("never returned");
  EventIndex invoked{};
  EventIndex returned = kNoEvent;  // kNoEvent: never
  Time invoked_at{};
  Time returned_at{};

  Outcome outcome() const { return response.outcome; }
  bool ok() const { return response.ok(); }
};

// True if `a` had ended before `b` began. An unknown operation never ended: it may yet take effect.
inline bool precedes(const Entry& a, const Entry& b) {
  return a.outcome() != Outcome::kInfo && a.returned != kNoEvent && a.returned < b.invoked;
}

// A value. Entries are in the order of their invocations.
class History {
 public:
  History() = default;
  // CHECK-fails if the entries are not in the order of their invocations.
  explicit History(std::vector<Entry> entries);

  const std::vector<Entry>& entries() const { return entries_; }
  size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }

 private:
  std::vector<Entry> entries_;
};

// Builds a history from `invoke` and `return` events. CHECK-fails on a return without invocation,
// an operation number in use, or a payload that is no history::Operation: the simulator emits no
// such.
class HistoryBuilder : public EventSink {
 public:
  EventKinds interests() const override {
    return EventKinds(EventKind::kInvoke, EventKind::kReturn);
  }
  void on_event(const TraceEvent& event) override;

  // The operations so far; those still running are info.
  const std::vector<Entry>& entries() const { return entries_; }
  // The entry that `event`, a `return` shown to this builder just now, has completed.
  const Entry& last_returned() const { return entries_[last_returned_]; }

  // Hands the history over and begins again.
  History take();

 private:
  void invoke(const TraceEvent& event);
  void complete(const TraceEvent& event);

  std::vector<Entry> entries_;
  std::vector<uint32_t> running_;  // positions in entries_, oldest first
  size_t last_returned_ = 0;
};

}  // namespace seedbed

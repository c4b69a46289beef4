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
//
// Histories of other tools are the same type: sim/history/formats/format.h reads them. They also
// have transactions, which are operations with steps:
//
//   for (const Step& step : history.steps(entry)) {
//     history.text(step.key);                                      // "x"
//     for (const ValueId element : history.elements(step)) ...     // of a list that was read
//   }
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/core/event.h"
#include "sim/history/operation.h"
#include "sim/history/values.h"

namespace seedbed {

// A piece of one of the history's tables.
struct Range {
  uint32_t first = 0;
  uint32_t count = 0;
};

// One operation from invocation to return. A precedes B if A returned and A.returned < B.invoked;
// otherwise, if neither precedes the other, they are concurrent. Times are for display: the order
// is that of the indices.
struct Entry {
  uint64_t id = 0;  // unique in the history
  NodeId client{};  // the process that asked; of foreign histories, its number there
  Operation operation;
  Response response = Response::info("never returned");
  EventIndex invoked{};
  EventIndex returned = kNoEvent;  // kNoEvent: never, or there is no order (Order::kSessions)
  Time invoked_at{};
  Time returned_at{};

  Range steps;     // of a transaction: History::steps
  Range elements;  // what it found, if that is a whole collection: History::elements
  bool found_collection = false;
  ValueId node = kNoValue;      // the machine that was asked, if the file names it
  uint64_t place = 0;           // of the invocation in its file: History::places tells the unit
  uint64_t returned_place = 0;  // of the return; 0: none

  Outcome outcome() const { return response.outcome; }
  bool ok() const { return response.ok(); }
  bool is_transaction() const { return operation.function == kTransaction; }
};

// True if `a` had ended before `b` began. An unknown operation never ended: it may yet take effect.
inline bool precedes(const Entry& a, const Entry& b) {
  return a.outcome() != Outcome::kInfo && a.returned != kNoEvent && a.returned < b.invoked;
}

// The numbers stand in files.
enum class StepKind : uint8_t {
  kRead = 1,
  kWrite = 2,
  kAppend = 3,  // to the list that the key holds
  kInsert = 4,  // of a key that had no value
  kDelete = 5,
  kPredicateRead = 6,  // the key is the predicate; the elements are key, value, key, value ...
};
std::string_view to_string(StepKind kind);

// What a step found. A step that writes finds nothing.
enum class Found : uint8_t {
  kUnknown = 0,     // the file does not say: the transaction failed, or nobody knows its outcome
  kNothing = 1,     // there was no value (nil)
  kValue = 2,       // Step::value
  kCollection = 3,  // Step::elements, perhaps none
};

// A step of a transaction, in program order. Those of a transaction that failed or is unknown are
// what it asked: what an aborted transaction wrote, others may have read.
struct Step {
  StepKind kind = StepKind::kRead;
  Found found = Found::kUnknown;
  ValueId key = kNoValue;
  ValueId value = kNoValue;  // written, appended, inserted; or found
  Range elements;
};

// What an entry's `place` counts.
enum class Places : uint8_t { kNone = 0, kLines = 1, kBytes = 2 };

// Which order of events a history knows.
enum class Order : uint8_t {
  kRealTime = 0,  // the order of the indices is that of time
  // Only the order of each process's own operations: that of its entries. No entry has a return, so
  // that none precedes another.
  kSessions = 1,
};

// How a tool means what its files leave open. Each format has that of its own tools; callers may
// know better.
struct Convention {
  // What an object holds before anything is written; nullopt: nothing. A read that found nothing,
  // and one that found this value without anybody having written it, both saw the initial state.
  std::optional<std::string> initial;
  // A read of a single object that is ok and found nothing: did it find that there is no value, or
  // does the file not say what it found (Knossos)? In transactions it always found no value.
  enum class NilRead : uint8_t { kNothing = 0, kUnknown = 1 } nil_read = NilRead::kNothing;
  // A cas that failed: did it see another value (Porcupine), or is no more known than that it had
  // no effect (Knossos)?
  enum class FailedCas : uint8_t { kNoEffect = 0, kMismatch = 1 } failed_cas = FailedCas::kNoEffect;

  bool operator==(const Convention& other) const = default;
};

// What stood in the file between the operations: faults, mostly.
struct Aside {
  EventIndex at{};
  Time time{};
  uint64_t place = 0;
  std::string process;  // "nemesis"
  std::string type;     // "info"
  std::string function;
  std::string value;  // canonical text

  bool operator==(const Aside& other) const = default;
};

// What a history is made of.
struct HistoryParts {
  std::vector<Entry> entries;
  std::vector<Step> steps;        // of all transactions
  std::vector<ValueId> elements;  // of all collections
  Values values;
  std::vector<Aside> asides;

  std::string format;  // as in sim/history/formats/format.h; empty: recorded by Seedbed
  Order order = Order::kRealTime;
  Places places = Places::kNone;
  Convention convention;
};

// A value. Entries are in the order of their invocations.
class History {
 public:
  History() = default;
  // CHECK-fails if the entries are not in the order of their invocations, or a range reaches beyond
  // its table.
  explicit History(std::vector<Entry> entries);
  explicit History(HistoryParts parts);

  const std::vector<Entry>& entries() const { return parts_.entries; }
  size_t size() const { return parts_.entries.size(); }
  bool empty() const { return parts_.entries.empty(); }

  // Valid as long as the history.
  std::span<const Step> steps(const Entry& entry) const;
  std::span<const ValueId> elements(const Step& step) const;
  std::span<const ValueId> elements(const Entry& entry) const;
  // CHECK-fails on kNoValue.
  std::string_view text(ValueId value) const { return parts_.values.text(value); }

  const HistoryParts& parts() const& { return parts_; }
  HistoryParts parts() && { return std::move(parts_); }
  Order order() const { return parts_.order; }
  const Convention& convention() const { return parts_.convention; }
  void set_convention(Convention convention) { parts_.convention = std::move(convention); }

  // "line 17", "byte 1204"; empty if the history came from no file.
  std::string place_of(const Entry& entry) const;
  // How much memory it takes, in bytes.
  size_t bytes() const;

 private:
  HistoryParts parts_;
};

// For people: txn([append x 3] [read y [1 2]]), or as to_string(entry.operation).
std::string to_string(const History& history, const Entry& entry);
// What it was told: returned [1 2 3], or as describe(entry.operation, entry.response).
std::string describe(const History& history, const Entry& entry);

// The first operation in which two histories differ, as a sentence; nullopt if they say the same.
// Compared is what happened and in which order, with times, asides and the convention; not where it
// stands in a file, nor which numbers stand for operations, values and events.
std::optional<std::string> difference(const History& a, const History& b);

// Throws the ConfigError for an `invoke` or `return` event that does not fit to what came before:
// "event 7: the return of operation 3 by node 6 " and why.
[[noreturn]] void refuse(const TraceEvent& event, std::string_view why);

// What an `invoke` event tells of an operation, and a `return` event. Throws ConfigError if the
// payload is no history::Operation.
Entry entry_from(const TraceEvent& invoke);
Response response_from(const TraceEvent& returned);

// Builds a history from `invoke` and `return` events. Throws ConfigError on a return without
// invocation, or with other steps than it, on an operation number in use, and on a payload that is
// no history::Operation: the simulator emits no such, but a recorded trace may come from anywhere.
class HistoryBuilder : public EventSink {
 public:
  EventKinds interests() const override {
    return EventKinds(EventKind::kInvoke, EventKind::kReturn);
  }
  void on_event(const TraceEvent& event) override;

  // The operations so far; those still running are info. Steps of transactions come with take().
  const std::vector<Entry>& entries() const { return entries_; }
  // The entry that `event`, a `return` shown to this builder just now, has completed.
  const Entry& last_returned() const { return entries_[last_returned_]; }

  // Hands the history over and begins again.
  History take();

 private:
  void invoke(const TraceEvent& event);
  void complete(const TraceEvent& event);
  void ask_steps(Entry& entry);
  void answer_steps(Entry& entry);
  void answer(const TransactionStep& answered, Step& step);

  std::vector<Entry> entries_;
  std::vector<Step> steps_;  // of their transactions
  std::vector<ValueId> elements_;
  Values values_;
  std::vector<uint32_t> running_;  // positions in entries_, oldest first
  size_t last_returned_ = 0;
};

}  // namespace seedbed

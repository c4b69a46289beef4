// What the three parts keep that must not forget: each a value that is made from records, and that
// says of each record what it changes. The process and the checks read the same records.
//
//   DatabaseState state;
//   state.take(kTransaction, payload);          // what recovery does, and what a request does
//
// A state can be written as bytes, for a checkpoint.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "protocols/outbox/outbox.pb.h"
#include "protocols/primary_backup/store.h"
#include "sim/core/bytes.h"

namespace seedbed::outbox {

// The operation of a client that caused an event.
struct EventId {
  uint32_t client = 0;
  uint64_t operation = 0;

  auto operator<=>(const EventId&) const = default;
};

struct Event {
  EventId id;
  std::string key;

  bool operator==(const Event&) const = default;
};

Event from_wire(const wire::Event& event);
void to_wire(const Event& event, wire::Event* message);

void write(ByteWriter& out, const Event& event);
Event read_event(ByteReader& in);

// The directories of their logs.
inline constexpr std::string_view kDatabase = "database";
inline constexpr std::string_view kQueue = "queue";
inline constexpr std::string_view kConsumer = "consumer";

// --- The database ---

enum DatabaseRecord : uint8_t { kTransaction = 1, kSent = 2 };

// A transaction's record: who, whether there is to be a row, and the command.
std::string encode_transaction(const EventId& cause, bool with_row, std::string_view command);

class DatabaseState {
 public:
  // What a record has changed.
  struct Change {
    primary_backup::Outcome outcome;
    std::optional<EventId> committed;  // a transaction that changed something, by its cause
  };

  // Nothing if no database has written the record.
  std::optional<Change> take(uint8_t type, std::string_view payload);

  const primary_backup::Store& store() const { return store_; }
  // The outbox: by number, oldest first.
  const std::map<uint64_t, Event>& rows() const { return rows_; }

  std::string bytes() const;
  bool restore(std::string_view bytes);

 private:
  primary_backup::Store store_{primary_backup::Rules()};
  std::map<uint64_t, Event> rows_;
};

// --- The queue ---

enum QueueRecord : uint8_t { kPublished = 1, kTaken = 2 };

std::string encode_published(uint64_t number, const Event& event);
std::string encode_number(uint64_t number);  // of kTaken, and of kSent

class QueueState {
 public:
  bool take(uint8_t type, std::string_view payload);

  // By number, oldest first.
  const std::map<uint64_t, Event>& events() const { return events_; }
  uint64_t last() const { return last_; }

  std::string bytes() const;
  bool restore(std::string_view bytes);

 private:
  std::map<uint64_t, Event> events_;
  uint64_t last_ = 0;  // number that was given
};

// --- The consumer ---

enum ConsumerRecord : uint8_t { kEffect = 1 };

std::string encode_effect(const Event& event);

class ConsumerState {
 public:
  bool take(uint8_t type, std::string_view payload);

  // The inbox: how often it has acted on an event.
  const std::map<EventId, uint64_t>& acted() const { return acted_; }
  bool has_acted(const EventId& id) const { return acted_.count(id) != 0; }

  std::string bytes() const;
  bool restore(std::string_view bytes);

 private:
  std::map<EventId, uint64_t> acted_;
  std::map<std::string, uint64_t> seen_;  // what its acts amount to: events of each key
};

}  // namespace seedbed::outbox

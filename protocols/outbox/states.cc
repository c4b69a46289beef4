#include "protocols/outbox/states.h"

#include <utility>

namespace seedbed::outbox {
namespace {

using primary_backup::Command;
using primary_backup::EntryId;
using primary_backup::Epoch;

void write(ByteWriter& out, const EventId& id) {
  out.u32(id.client);
  out.u64(id.operation);
}

EventId read_id(ByteReader& in) {
  EventId id;
  id.client = in.u32();
  id.operation = in.u64();
  return id;
}

void write(ByteWriter& out, const std::map<uint64_t, Event>& events) {
  out.u64(events.size());
  for (const auto& [number, event] : events) {
    out.u64(number);
    write(out, event);
  }
}

std::map<uint64_t, Event> read_events(ByteReader& in) {
  std::map<uint64_t, Event> events;
  for (uint64_t left = in.u64(); left > 0 && in.ok(); --left) {
    const uint64_t number = in.u64();
    events[number] = read_event(in);
  }
  return events;
}

}  // namespace

Event from_wire(const wire::Event& event) {
  return {.id = {.client = event.id().client(), .operation = event.id().operation()},
          .key = event.key()};
}

void to_wire(const Event& event, wire::Event* message) {
  message->mutable_id()->set_client(event.id.client);
  message->mutable_id()->set_operation(event.id.operation);
  message->set_key(event.key);
}

void write(ByteWriter& out, const Event& event) {
  write(out, event.id);
  out.string(event.key);
}

Event read_event(ByteReader& in) {
  Event event;
  event.id = read_id(in);
  event.key = in.string();
  return event;
}

std::string encode_transaction(const EventId& cause, bool with_row, std::string_view command) {
  ByteWriter out;
  write(out, cause);
  out.u8(with_row ? 1 : 0);
  out.raw(command);
  return out.take();
}

std::optional<DatabaseState::Change> DatabaseState::take(uint8_t type, std::string_view payload) {
  ByteReader in(payload);
  if (type == kSent) {
    rows_.erase(in.u64());
    if (!in.finished()) return std::nullopt;
    return Change();
  }
  const EventId cause = read_id(in);
  const bool with_row = in.u8() != 0;
  const std::optional<Command> command = primary_backup::decode_command(in.rest());
  if (type != kTransaction || !in.finished() || !command) return std::nullopt;
  const EntryId next{.index = store_.applied().index + 1, .epoch = Epoch{1}};
  Change change{.outcome = store_.apply(next, *command), .committed = std::nullopt};
  const bool changed =
      change.outcome.executed && change.outcome.status == primary_backup::Status::kDone;
  if (!changed) return change;
  change.committed = cause;
  if (with_row) rows_[next.index] = {.id = cause, .key = command->key};
  return change;
}

std::string DatabaseState::bytes() const {
  ByteWriter out;
  out.u64(store_.applied().index);
  out.string(store_.data());
  write(out, rows_);
  return out.take();
}

bool DatabaseState::restore(std::string_view bytes) {
  ByteReader in(bytes);
  const EntryId applied{.index = in.u64(), .epoch = Epoch{1}};
  const std::string data = in.string();
  rows_ = read_events(in);
  return in.finished() && store_.restore(applied, data);
}

std::string encode_published(uint64_t number, const Event& event) {
  ByteWriter out;
  out.u64(number);
  write(out, event);
  return out.take();
}

std::string encode_number(uint64_t number) {
  ByteWriter out;
  out.u64(number);
  return out.take();
}

bool QueueState::take(uint8_t type, std::string_view payload) {
  ByteReader in(payload);
  const uint64_t number = in.u64();
  if (type == kTaken) {
    events_.erase(number);
    return in.finished();
  }
  if (type != kPublished || number != last_ + 1) return false;
  last_ = number;
  events_[number] = read_event(in);
  return in.finished();
}

std::string QueueState::bytes() const {
  ByteWriter out;
  out.u64(last_);
  write(out, events_);
  return out.take();
}

bool QueueState::restore(std::string_view bytes) {
  ByteReader in(bytes);
  last_ = in.u64();
  events_ = read_events(in);
  return in.finished();
}

std::string encode_effect(const Event& event) {
  ByteWriter out;
  write(out, event);
  return out.take();
}

bool ConsumerState::take(uint8_t type, std::string_view payload) {
  ByteReader in(payload);
  const Event event = read_event(in);
  if (type != kEffect || !in.finished()) return false;
  ++acted_[event.id];
  ++seen_[event.key];
  return true;
}

std::string ConsumerState::bytes() const {
  ByteWriter out;
  out.u64(acted_.size());
  for (const auto& [id, times] : acted_) {
    write(out, id);
    out.u64(times);
  }
  out.u64(seen_.size());
  for (const auto& [key, times] : seen_) {
    out.string(key);
    out.u64(times);
  }
  return out.take();
}

bool ConsumerState::restore(std::string_view bytes) {
  ByteReader in(bytes);
  acted_.clear();
  seen_.clear();
  for (uint64_t left = in.u64(); left > 0 && in.ok(); --left) {
    const EventId id = read_id(in);
    acted_[id] = in.u64();
  }
  for (uint64_t left = in.u64(); left > 0 && in.ok(); --left) {
    std::string key = in.string();
    seen_[std::move(key)] = in.u64();
  }
  return in.finished();
}

}  // namespace seedbed::outbox

#include "sim/history/codec.h"

#include <fmt/core.h>

#include <climits>

#include "sim/core/check.h"
#include "sim/core/hash.h"
#include "sim/history/history.pb.h"

namespace seedbed {
namespace {

constexpr std::string_view kMagic = "seedbed history 1\n";
constexpr size_t kHeader = kMagic.size() + 16;

void append_word(std::string* bytes, uint64_t word) {
  for (int i = 0; i < 8; ++i) bytes->push_back(static_cast<char>(word >> (8 * i)));
}

uint64_t word_at(std::string_view bytes, size_t offset) {
  uint64_t word = 0;
  for (size_t i = 0; i < 8; ++i) {
    word |= static_cast<uint64_t>(static_cast<unsigned char>(bytes[offset + i])) << (8 * i);
  }
  return word;
}

Time time_at(int64_t nanoseconds) { return Time(Duration(nanoseconds)); }

uint32_t plus_one(ValueId id) { return id == kNoValue ? 0 : number(id) + 1; }

// What is left of the file when its entries have been looked at: all tables, and what they may
// hold.
class Reader {
 public:
  Reader(const history::History& message, std::string_view place)
      : message_(message), place_(place) {}

  History run() {
    for (const std::string& value : message_.values()) {
      if (number(parts_.values.intern(value)) + 1 != parts_.values.size()) {
        fail("a value stands in it twice");
      }
    }
    read_origin();
    parts_.entries.reserve(static_cast<size_t>(message_.entries_size()));
    for (const history::Entry& entry : message_.entries()) read(entry);
    for (const history::Aside& aside : message_.asides()) {
      parts_.asides.push_back({.at = EventIndex{aside.at()},
                               .time = time_at(aside.time()),
                               .place = aside.place(),
                               .process = aside.process(),
                               .type = aside.type(),
                               .function = aside.function(),
                               .value = aside.value()});
    }
    return History(std::move(parts_));
  }

 private:
  [[noreturn]] void fail(std::string_view what) const {
    throw ConfigError(fmt::format("{}: {}", place_, what));
  }
  [[noreturn]] void fail(const history::Entry& entry, std::string_view what) const {
    throw ConfigError(fmt::format("{}: operation {} {}", place_, entry.id(), what));
  }

  void read_origin() {
    if (message_.order() > 1 || message_.places() > 2 || message_.nil_read() > 1 ||
        message_.failed_cas() > 1) {
      fail("its order, places or convention is none that this build knows");
    }
    parts_.format = message_.format();
    parts_.order = static_cast<Order>(message_.order());
    parts_.places = static_cast<Places>(message_.places());
    if (message_.has_initial()) parts_.convention.initial = message_.initial();
    parts_.convention.nil_read = static_cast<Convention::NilRead>(message_.nil_read());
    parts_.convention.failed_cas = static_cast<Convention::FailedCas>(message_.failed_cas());
  }

  void require_sense(const history::Entry& entry) const {
    if (entry.outcome() < static_cast<uint32_t>(Outcome::kOk) ||
        entry.outcome() > static_cast<uint32_t>(Outcome::kInfo)) {
      fail(entry, fmt::format("has the outcome {}; expected 1 (ok), 2 (fail) or 3 (info)",
                              entry.outcome()));
    }
    if (entry.returned() != 0 && entry.returned() <= entry.invoked()) {
      fail(entry, fmt::format("returns at event {}, not after its invocation at event {}",
                              entry.returned(), entry.invoked()));
    }
    const bool unknown = entry.outcome() == static_cast<uint32_t>(Outcome::kInfo);
    if (entry.returned() == 0 && !unknown && parts_.order == Order::kRealTime) {
      fail(entry, fmt::format("has the outcome {} but never returned; without a return the outcome "
                              "is info",
                              to_string(static_cast<Outcome>(entry.outcome()))));
    }
    if (entry.returned() != 0 && parts_.order == Order::kSessions) {
      fail(entry, "has a return, in a history that knows no order of time");
    }
    if (!parts_.entries.empty() && number(parts_.entries.back().invoked) >= entry.invoked()) {
      fail(entry, "is out of order: entries are sorted by invocation");
    }
  }

  void read(const history::Entry& message) {
    require_sense(message);
    Entry& entry = parts_.entries.emplace_back();
    entry.id = message.id();
    entry.client = NodeId{message.client()};
    entry.operation = operation_from(message.function(), message.operation());
    entry.response = response_from(outcome_from(message.outcome()), message.operation());
    entry.invoked = EventIndex{message.invoked()};
    entry.returned = EventIndex{message.returned()};
    entry.invoked_at = time_at(message.invoked_at());
    entry.returned_at = time_at(message.returned_at());
    entry.found_collection = message.found_collection();
    entry.elements = read_elements(message, message.elements());
    entry.node = value(message, message.node());
    entry.place = message.place();
    entry.returned_place = message.returned_place();
    entry.steps.first = static_cast<uint32_t>(parts_.steps.size());
    entry.steps.count = static_cast<uint32_t>(message.steps_size());
    for (const history::Step& step : message.steps()) read(message, step);
  }

  void read(const history::Entry& entry, const history::Step& step) {
    if (step.kind() < 1 || step.kind() > 6 || step.found() > 3 || step.key() == 0) {
      fail(entry, "has a step of a kind that this build does not know, or without a key");
    }
    const auto kind = static_cast<StepKind>(step.kind());
    const bool writes =
        kind == StepKind::kWrite || kind == StepKind::kAppend || kind == StepKind::kInsert;
    if (step.value() == 0 && (writes || static_cast<Found>(step.found()) == Found::kValue)) {
      fail(entry, "has a step that wrote or found a value, but not which");
    }
    const Range elements = read_elements(entry, step.elements());
    parts_.steps.push_back({.kind = static_cast<StepKind>(step.kind()),
                            .found = static_cast<Found>(step.found()),
                            .key = value(entry, step.key()),
                            .value = value(entry, step.value()),
                            .elements = elements});
  }

  ValueId value(const history::Entry& entry, uint32_t plus_one) const {
    if (plus_one == 0) return kNoValue;
    if (plus_one > parts_.values.size()) {
      fail(entry, fmt::format("has the value {}, of {}", plus_one - 1, parts_.values.size()));
    }
    return ValueId{plus_one - 1};
  }

  Range read_elements(const history::Entry& entry,
                      const google::protobuf::RepeatedField<uint32_t>& elements) {
    const Range range{.first = static_cast<uint32_t>(parts_.elements.size()),
                      .count = static_cast<uint32_t>(elements.size())};
    for (const uint32_t element : elements) {
      if (element >= parts_.values.size()) {
        fail(entry, fmt::format("found the value {}, of {}", element, parts_.values.size()));
      }
      parts_.elements.push_back(ValueId{element});
    }
    return range;
  }

  const history::History& message_;
  std::string_view place_;
  HistoryParts parts_;
};

void store(const History& history, const Step& step, history::Step* message) {
  message->set_kind(static_cast<uint32_t>(step.kind));
  message->set_found(static_cast<uint32_t>(step.found));
  message->set_key(plus_one(step.key));
  message->set_value(plus_one(step.value));
  for (const ValueId element : history.elements(step)) message->add_elements(number(element));
}

void store(const History& history, const Entry& entry, history::Entry* message) {
  message->set_id(entry.id);
  message->set_client(number(entry.client));
  message->set_function(entry.operation.function);
  message->set_outcome(static_cast<uint32_t>(entry.outcome()));
  seedbed::store(entry.operation, message->mutable_operation());
  seedbed::store(entry.response, message->mutable_operation());
  message->set_invoked(number(entry.invoked));
  message->set_returned(number(entry.returned));
  message->set_invoked_at(nanoseconds(entry.invoked_at));
  message->set_returned_at(nanoseconds(entry.returned_at));
  for (const Step& step : history.steps(entry)) store(history, step, message->add_steps());
  message->set_found_collection(entry.found_collection);
  for (const ValueId element : history.elements(entry)) message->add_elements(number(element));
  message->set_node(plus_one(entry.node));
  message->set_place(entry.place);
  message->set_returned_place(entry.returned_place);
}

void store_origin(const HistoryParts& parts, history::History* message) {
  for (uint32_t i = 0; i < parts.values.size(); ++i) {
    message->add_values(std::string(parts.values.text(ValueId{i})));
  }
  for (const Aside& aside : parts.asides) {
    history::Aside* stored = message->add_asides();
    stored->set_at(number(aside.at));
    stored->set_time(nanoseconds(aside.time));
    stored->set_place(aside.place);
    stored->set_process(aside.process);
    stored->set_type(aside.type);
    stored->set_function(aside.function);
    stored->set_value(aside.value);
  }
  message->set_format(parts.format);
  message->set_order(static_cast<uint32_t>(parts.order));
  message->set_places(static_cast<uint32_t>(parts.places));
  if (parts.convention.initial) message->set_initial(*parts.convention.initial);
  message->set_nil_read(static_cast<uint32_t>(parts.convention.nil_read));
  message->set_failed_cas(static_cast<uint32_t>(parts.convention.failed_cas));
}

// The protobuf inside, after the checks of what is around it.
std::string_view body_of(std::string_view bytes, std::string_view place) {
  if (bytes.substr(0, kMagic.size()) != kMagic.substr(0, bytes.size())) {
    throw ConfigError(fmt::format("{}: not a history: expected it to begin with {}", place,
                                  in_quotes(kMagic.substr(0, kMagic.size() - 1))));
  }
  if (bytes.size() < kHeader) {
    throw ConfigError(fmt::format("{}: cut short: {} bytes, but the header alone has {}", place,
                                  bytes.size(), kHeader));
  }
  const uint64_t size = word_at(bytes, kMagic.size());
  const std::string_view body = bytes.substr(kHeader);
  if (body.size() < size) {
    throw ConfigError(fmt::format("{}: cut short: {} of {} bytes are there; copy it again", place,
                                  body.size(), size));
  }
  if (body.size() > size) {
    throw ConfigError(
        fmt::format("{}: {} bytes follow after the end of the history", place, body.size() - size));
  }
  if (hash_bytes(body) != word_at(bytes, kMagic.size() + 8)) {
    throw ConfigError(fmt::format("{}: damaged: the checksum does not match its bytes", place));
  }
  return body;
}

}  // namespace

bool is_encoded_history(std::string_view bytes) { return bytes.starts_with(kMagic); }

std::string encode(const History& history) {
  history::History message;
  for (const Entry& entry : history.entries()) store(history, entry, message.add_entries());
  store_origin(history.parts(), &message);
  const std::string body = message.SerializeAsString();
  std::string bytes(kMagic);
  append_word(&bytes, body.size());
  append_word(&bytes, hash_bytes(body));
  return bytes + body;
}

History decode(std::string_view bytes, std::string_view place) {
  const std::string_view body = body_of(bytes, place);
  history::History message;
  if (body.size() > INT_MAX ||
      !message.ParseFromArray(body.data(), static_cast<int>(body.size()))) {
    throw ConfigError(fmt::format("{}: not a history: its protobuf cannot be parsed", place));
  }
  return Reader(message, place).run();
}

}  // namespace seedbed

#include "sim/history/codec.h"

#include <fmt/core.h>

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

void store(const Entry& entry, history::Entry* message) {
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
}

Entry entry_from(const history::Entry& message, std::string_view place) {
  if (message.outcome() < static_cast<uint32_t>(Outcome::kOk) ||
      message.outcome() > static_cast<uint32_t>(Outcome::kInfo)) {
    throw ConfigError(fmt::format(
        "{}: operation {}: outcome {} is unknown; expected 1 (ok), 2 (fail) or 3 (info)", place,
        message.id(), message.outcome()));
  }
  if (message.returned() != 0 && message.returned() <= message.invoked()) {
    throw ConfigError(
        fmt::format("{}: operation {} returns at event {}, not after its invocation "
                    "at event {}",
                    place, message.id(), message.returned(), message.invoked()));
  }
  if (message.returned() == 0 && message.outcome() != static_cast<uint32_t>(Outcome::kInfo)) {
    throw ConfigError(
        fmt::format("{}: operation {} has the outcome {} but never returned; without "
                    "a return the outcome is info",
                    place, message.id(), to_string(static_cast<Outcome>(message.outcome()))));
  }
  Entry entry;
  entry.id = message.id();
  entry.client = NodeId{message.client()};
  entry.operation = operation_from(message.function(), message.operation());
  entry.response = response_from(outcome_from(message.outcome()), message.operation());
  entry.invoked = EventIndex{message.invoked()};
  entry.returned = EventIndex{message.returned()};
  entry.invoked_at = time_at(message.invoked_at());
  entry.returned_at = time_at(message.returned_at());
  return entry;
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

std::string encode(const History& history) {
  history::History message;
  for (const Entry& entry : history.entries()) store(entry, message.add_entries());
  const std::string body = message.SerializeAsString();
  std::string bytes(kMagic);
  append_word(&bytes, body.size());
  append_word(&bytes, hash_bytes(body));
  return bytes + body;
}

History decode(std::string_view bytes, std::string_view place) {
  const std::string_view body = body_of(bytes, place);
  history::History message;
  if (!message.ParseFromArray(body.data(), static_cast<int>(body.size()))) {
    throw ConfigError(fmt::format("{}: not a history: its protobuf cannot be parsed", place));
  }
  std::vector<Entry> entries;
  entries.reserve(static_cast<size_t>(message.entries_size()));
  for (const history::Entry& entry : message.entries()) {
    if (!entries.empty() && number(entries.back().invoked) >= entry.invoked()) {
      throw ConfigError(
          fmt::format("{}: operation {} is out of order: entries are sorted by "
                      "invocation",
                      place, entry.id()));
    }
    entries.push_back(entry_from(entry, place));
  }
  return History(std::move(entries));
}

}  // namespace seedbed

#include "protocols/primary_backup/store.h"

#include "sim/core/bytes.h"
#include "sim/core/check.h"
#include "sim/core/hash.h"

namespace seedbed::primary_backup {

std::string encode(const Command& command) {
  ByteWriter out;
  out.u8(static_cast<uint8_t>(command.function));
  out.u64(command.client);
  out.u64(command.sequence);
  out.string(command.key);
  out.string(command.value);
  out.u8(command.expected ? 1 : 0);
  if (command.expected) out.string(*command.expected);
  return out.take();
}

std::optional<Command> decode_command(std::string_view bytes) {
  ByteReader in(bytes);
  Command command;
  const uint8_t function = in.u8();
  command.function = Function{function};
  command.client = in.u64();
  command.sequence = in.u64();
  command.key = in.string();
  command.value = in.string();
  const uint8_t has_expected = in.u8();
  if (has_expected == 1) command.expected = in.string();
  const bool known = function >= static_cast<uint8_t>(Function::kNothing) &&
                     function <= static_cast<uint8_t>(Function::kDelete);
  if (!known || has_expected > 1 || !in.finished()) return std::nullopt;
  return command;
}

Outcome Store::apply(const EntryId& id, const Command& command) {
  CHECK(id.index == applied_.index + 1);
  applied_ = id;
  if (command.function == Function::kNothing) return {};
  Answer& last = answers_[command.client];
  if (rules_.answers_from_table(last.sequence == command.sequence)) {
    return {.status = last.status, .executed = false};
  }
  if (last.sequence > command.sequence) return {.status = Status::kSuperseded, .executed = false};
  last = {.sequence = command.sequence, .status = execute(command)};
  return {.status = last.status, .executed = true};
}

Status Store::execute(const Command& command) {
  const auto place = values_.find(command.key);
  const bool found = place != values_.end();
  if (command.function == Function::kCas) {
    const bool matches =
        found == command.expected.has_value() && (!found || place->second == *command.expected);
    if (!matches) return Status::kMismatch;
  }
  if (!rules_.executes(found)) return Status::kDone;
  if (command.function == Function::kDelete) {
    values_.erase(command.key);
  } else if (command.function == Function::kAppend) {
    values_[command.key] += command.value;
  } else {
    values_[command.key] = command.value;
  }
  return Status::kDone;
}

const std::string* Store::value(const std::string& key) const {
  const auto place = values_.find(key);
  return place == values_.end() ? nullptr : &place->second;
}

std::optional<Status> Store::answered(uint64_t client, uint64_t sequence) const {
  const auto place = answers_.find(client);
  if (place == answers_.end() || place->second.sequence != sequence) return std::nullopt;
  return place->second.status;
}

std::string Store::data() const {
  ByteWriter out;
  out.u64(values_.size());
  for (const auto& [key, value] : values_) {
    out.string(key);
    out.string(value);
  }
  out.u64(answers_.size());
  for (const auto& [client, answer] : answers_) {
    out.u64(client);
    out.u64(answer.sequence);
    out.u8(static_cast<uint8_t>(answer.status));
  }
  return out.take();
}

uint64_t Store::hash() const { return hash_bytes(data()); }

bool Store::restore(const EntryId& applied, std::string_view data) {
  ByteReader in(data);
  Store made(rules_);
  made.applied_ = applied;
  for (uint64_t left = in.u64(); left > 0 && in.ok(); --left) {
    std::string key = in.string();
    made.values_[std::move(key)] = in.string();
  }
  for (uint64_t left = in.u64(); left > 0 && in.ok(); --left) {
    Answer& answer = made.answers_[in.u64()];
    answer.sequence = in.u64();
    answer.status = Status{in.u8()};
  }
  if (!in.finished()) return false;
  *this = std::move(made);
  return true;
}

}  // namespace seedbed::primary_backup

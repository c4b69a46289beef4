// Store: the service's state, a map from strings to strings, and the table of what was answered.
//
//   Store store(rules);
//   Outcome outcome = store.apply({7, Epoch{2}}, command);      // the same on every replica
//
// The table makes an operation happen once, however often a client asks for it: it holds the last
// operation of each client with its answer, and is part of the state: it is replicated, saved and
// restored together with the data that it speaks of.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "protocols/primary_backup/rules.h"
#include "protocols/primary_backup/types.h"

namespace seedbed::primary_backup {

enum class Function : uint8_t {
  kNothing = 1,  // the first entry of an epoch
  kPut,
  kAppend,
  kCas,
  kDelete,
};

struct Command {
  Function function = Function::kNothing;
  uint64_t client = 0;    // who asks
  uint64_t sequence = 0;  // the client's number of the operation, from 1
  std::string key;
  std::string value;
  std::optional<std::string> expected;  // kCas; nothing: the key must have no value

  bool operator==(const Command&) const = default;
};

// Canonical: equal commands have equal bytes, and nothing else decodes.
std::string encode(const Command& command);
std::optional<Command> decode_command(std::string_view bytes);

// The numbers stand in messages.
enum class Status : uint8_t {
  kDone = 1,
  kMismatch,    // kCas found another value
  kSuperseded,  // its client has asked for something else since; not executed now
};

struct Outcome {
  Status status = Status::kDone;
  bool executed = false;  // false also if it was answered from the table
};

class Store {
 public:
  explicit Store(Rules rules) : rules_(rules) {}

  // Applies the entry behind the last one.
  Outcome apply(const EntryId& id, const Command& command);
  // The last entry that was applied.
  const EntryId& applied() const { return applied_; }

  const std::string* value(const std::string& key) const;
  // How the client's operation was answered; nothing if it is not its last.
  std::optional<Status> answered(uint64_t client, uint64_t sequence) const;

  // Data and table, as bytes; equal states have equal bytes.
  std::string data() const;
  uint64_t hash() const;
  // False, and nothing changes, if no store has made these bytes.
  bool restore(const EntryId& applied, std::string_view data);

 private:
  struct Answer {
    uint64_t sequence = 0;
    Status status = Status::kDone;
  };
  Status execute(const Command& command);

  Rules rules_;
  EntryId applied_;
  std::map<std::string, std::string> values_;
  std::map<uint64_t, Answer> answers_;  // by client
};

}  // namespace seedbed::primary_backup

// The commands of the key-value state machine, and their bytes in the log.
//
//   std::string bytes = encode(Request{.session = 7, .sequence = 1, .operation = Get{"k"}});
//   raft.propose(now, stamp(log_time, bytes));
//   ...
//   std::optional<Stamped> stamped = decode_stamped(entry.data);
//
// A client sends a command; its leader writes the time before it (log_clock.h). The encoding is
// canonical: there is one way to write a command, and anything else does not decode.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "protocols/raft/kv_version.h"
#include "protocols/raft/log_clock.h"

namespace seedbed::raft {

struct Get {
  std::string key;
  bool operator==(const Get&) const = default;
};
struct Put {
  std::string key;
  std::string value;
  bool operator==(const Put&) const = default;
};
// Appends to the value; an absent key is an empty value.
struct Append {
  std::string key;
  std::string suffix;
  bool operator==(const Append&) const = default;
};
// Sets `desired` if the value is `expected`; nothing expected means that the key must be absent.
struct Cas {
  std::string key;
  std::optional<std::string> expected;
  std::string desired;
  bool operator==(const Cas&) const = default;
};
struct Delete {
  std::string key;
  bool operator==(const Delete&) const = default;
};
// Several of these as one: either all are executed, one after the other, or none is.
struct Transaction {
  using Step = std::variant<Get, Append>;
  std::vector<Step> steps;
  bool operator==(const Transaction&) const = default;
};
using KvOperation = std::variant<Get, Put, Append, Cas, Delete, Transaction>;

// What the Gets of a transaction found, in their order; nullopt: no value. As its result.
using FoundValues = std::vector<std::optional<std::string>>;
std::string encode_found(const FoundValues& reads);
std::optional<FoundValues> decode_found(std::string_view bytes);

// Opens a session (§6.3). Its id is the index of the log entry, which no other session can have.
struct RegisterClient {
  uint64_t client = 0;  // who asks, for the reader of a log; sessions do not depend on it
  bool operator==(const RegisterClient&) const = default;
};

// An operation within a session. The client numbers its operations from 1 and repeats an operation
// that was not answered under its old number, as often as it likes. It is executed at most once.
struct Request {
  uint64_t session = 0;
  uint64_t sequence = 0;
  // The client has the answers to all its operations below this one, and will not repeat them.
  uint64_t lowest_unanswered = 0;
  KvOperation operation;
  bool operator==(const Request&) const = default;
};

// Asks for nothing, but that the session lasts: for a client that has nothing else to ask.
struct KeepAlive {
  uint64_t session = 0;
  bool operator==(const KeepAlive&) const = default;
};

// From here on that version of the state machine is in force, on all servers (kv_version.h). A
// leader says so, and no client.
struct Activate {
  KvVersion version{};
  bool operator==(const Activate&) const = default;
};

using Command = std::variant<RegisterClient, Request, KeepAlive, Activate>;

std::string encode(const Command& command);
std::optional<Command> decode_command(std::string_view bytes);

// A command as it stands in the log.
struct Stamped {
  std::optional<LogTime> time;  // nothing: its leader wrote none, as before version 2
  Command command;
  bool operator==(const Stamped&) const = default;
};

// The bytes of an entry, from those of a command.
std::string stamp(std::optional<LogTime> time, std::string_view command);
std::optional<Stamped> decode_stamped(std::string_view entry);

// For people, as in "append k \"x\"".
std::string to_string(const KvOperation& operation);

}  // namespace seedbed::raft

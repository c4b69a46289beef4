// KvStateMachine: a map from strings to strings that executes each client's command exactly once.
//
//   KvStateMachine machine(KvRules(), KvLimits());
//   for (const Entry& entry : ready.committed) {
//     Applied applied = machine.apply(entry);      // the same on every server
//     reply to whoever waits for entry.id(), with applied.result
//   }
//
// Replicas stay equal because apply() is a function of the state and the entry alone: no clock, no
// chance, no order that is not the log's. state_hash() tells after every entry whether they are.
//
// Sessions (§6.3): a client whose answer is lost repeats its command, and the log may then hold it
// twice. The machine keeps the replies of a session and answers a repetition with the reply it
// gave. It forgets replies that the client says it has, and whole sessions in two cases, each of
// which comes at the same entry on all servers: a session has been silent for too long, by the time
// that the leader wrote into the entries (log_clock.h); or there are too many, and then the one
// goes whose last command is furthest back in the log. A forgotten session gets an error and never
// an execution, for nobody could say whether it would be the second.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/raft/command.h"
#include "protocols/raft/kv_rules.h"
#include "protocols/raft/log_clock.h"
#include "protocols/raft/string_table.h"
#include "protocols/raft/types.h"

namespace seedbed::raft {

// Part of the state machine's definition: must be the same on all servers.
struct KvLimits {
  uint64_t sessions = 1024;
  // A client with more unanswered operations than this loses its session.
  uint64_t replies_per_session = 1024;
  // A session that is silent for longer, by log time, is forgotten.
  Duration session_timeout = 1h;

  bool operator==(const KvLimits&) const = default;
};

enum class KvStatus : uint8_t {
  kOk = 1,
  kNotFound,        // Get or Delete of an absent key
  kMismatch,        // Cas found another value; it is in the result
  kExpiredSession,  // not executed now; an earlier attempt may have been
  kForgotten,       // a repetition of something the client said it had the answer to; not executed
  kBadCommand,      // does not decode; not executed
};
std::string_view to_string(KvStatus status);

struct KvResult {
  KvStatus status = KvStatus::kOk;
  std::string value;     // what Get read, what Append made, what Cas found
  uint64_t session = 0;  // of RegisterClient

  bool operator==(const KvResult&) const = default;
};

// What became of an entry.
struct Applied {
  KvResult result;
  bool executed = false;  // false also for a repetition that was answered from its session
  uint64_t expired = 0;   // sessions that had been silent for too long, and were forgotten now
  uint64_t state_hash = 0;
  uint64_t session = 0;  // of a request, with its number in there; 0 for other entries
  uint64_t sequence = 0;
};

class KvStateMachine {
 public:
  KvStateMachine(KvRules rules, KvLimits limits) : rules_(rules), limits_(limits) {}

  // Applies the entry that follows the last one. Entries that are not commands change nothing.
  Applied apply(const Entry& entry);

  LogIndex last_applied() const { return last_applied_; }
  // The time to which the log has come.
  LogTime time() const { return time_; }
  // A hash of every entry applied so far and what each changed: equal histories have equal ones.
  uint64_t state_hash() const { return hash_; }

  // The whole state but for the limits, as bytes: two machines are in the same state exactly if
  // they give the same bytes. What the bytes are is in kv_snapshot.cc.
  std::string snapshot() const;
  // Takes the state from a snapshot; from then on this machine and the one that made it do the
  // same. False, and nothing is changed, if the bytes are not what snapshot() makes: cut off,
  // altered, or of a format that this machine does not know.
  bool restore(std::string_view snapshot);

  // For reading beside the log (tests, and read-only queries once there are any).
  std::optional<std::string> value(const std::string& key) const;
  // Those that have expired are forgotten when somebody asks for them, or opens another.
  uint64_t sessions() const { return sessions_.size(); }

  bool operator==(const KvStateMachine&) const = default;

 private:
  struct Reply {
    uint64_t sequence = 0;
    KvResult result;
    bool operator==(const Reply&) const = default;
  };
  struct Session {
    uint64_t id = 0;
    uint64_t lowest_unanswered = 0;
    LogIndex last_used = 0;
    LogTime last_active{};
    std::vector<Reply> replies;  // in order of their numbers; few, as clients get their answers
    bool operator==(const Session&) const = default;
  };
  struct SnapshotReader;  // kv_snapshot.cc

  using Sessions = std::vector<Session>;

  Applied apply_command(LogIndex index, Command command);
  Applied open_session(LogIndex index);
  Applied keep_alive(LogIndex index, const KeepAlive& command);
  bool has_expired(const Session& session) const;
  Sessions::iterator find_session(uint64_t id);
  // The session that is spoken in now; end() if there is none, or no longer.
  Sessions::iterator use_session(uint64_t id, LogIndex index, Applied& applied);
  Applied apply_request(LogIndex index, Request request);
  KvResult execute(KvOperation operation);
  KvResult execute_cas(Cas cas);
  void roll_hash(const Entry& entry, const KvResult& result);

  KvRules rules_;
  KvLimits limits_;
  StringTable<std::string> data_;
  Sessions sessions_;  // in order of their ids
  LogIndex last_applied_ = 0;
  LogTime time_{};
  uint64_t hash_ = 0;
};

}  // namespace seedbed::raft

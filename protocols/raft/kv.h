// KvStateMachine: a map from strings to strings that executes each client's command exactly once.
//
//   KvStateMachine machine(KvRules(), KvLimits());
//   for (const Entry& entry : ready.committed) {
//     Applied applied = machine.apply(entry);      // the same on every server
//     reply to whoever waits for entry.id(), with applied.result
//   }
//
// Replicas stay equal because apply() is a function of the state and the entry alone: no clock, no
// chance, no order that is not the log's. state_hash() tells after every entry whether they are; it
// costs no more than the entry changes, as it sums up the hashes of all parts of the state.
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
#include "protocols/raft/kv_version.h"
#include "protocols/raft/log_clock.h"
#include "protocols/raft/string_table.h"
#include "protocols/raft/types.h"
#include "sim/core/hash.h"

namespace seedbed::raft {

// Part of the state machine's definition: must be the same on all servers.
struct KvLimits {
  uint64_t sessions = 1024;
  // A client with more unanswered operations than this loses its session.
  uint64_t replies_per_session = 1024;
  // A session that is silent for longer, by log time, is forgotten.
  Duration session_timeout = 1h;
  // What would make a value longer is refused, and changes nothing.
  uint64_t value_bytes = 1 << 20;

  bool operator==(const KvLimits&) const = default;
};

enum class KvStatus : uint8_t {
  kOk = 1,
  kNotFound,        // Get or Delete of an absent key
  kMismatch,        // Cas found another value; it is in the result
  kExpiredSession,  // not executed now; an earlier attempt may have been
  kForgotten,       // a repetition of something the client said it had the answer to; not executed
  kBadCommand,      // does not decode; not executed
  kTooLong,         // a value would be longer than is allowed; nothing was changed
};
std::string_view to_string(KvStatus status);

struct KvResult {
  KvStatus status = KvStatus::kOk;
  std::string value;     // what Get read, what Append made, what Cas found
  uint64_t session = 0;  // of RegisterClient

  bool operator==(const KvResult&) const = default;
};

// `text_hash`: that of the value, if it is known already.
uint64_t hash_of(const KvResult& result, std::optional<uint64_t> text_hash = std::nullopt);

// What became of an entry.
struct Applied {
  KvResult result;
  bool executed = false;  // false also for a repetition that was answered from its session
  uint64_t expired = 0;   // sessions that had been silent for too long, and were forgotten now
  uint64_t state_hash = 0;
  uint64_t result_hash = 0;
  uint64_t session = 0;  // of a request, with its number in there; 0 for other entries
  uint64_t sequence = 0;
  // It puts a version in force that this server does not know: the machine is at its end. Whatever
  // it made of the entries that follow, would be something else than the other servers do.
  bool beyond = false;
};

class KvStateMachine {
 public:
  // `salt`: of its hash table, and nothing may depend on it.
  KvStateMachine(KvRules rules, KvLimits limits, uint64_t salt = 0, KvVersions versions = {})
      : rules_(rules),
        limits_(limits),
        known_(versions.known),
        version_(versions.founded),
        data_(salt) {}

  // Applies the entry that follows the last one. Entries that are not commands change nothing.
  // `local`: what this server's clock shows, and nothing may depend on that either. It is here for
  // rules that are wrong.
  Applied apply(const Entry& entry, NodeTime local = {});

  LogIndex last_applied() const { return last_applied_; }
  // The time to which the log has come.
  LogTime time() const { return time_; }
  // The version that is in force behind the last entry.
  KvVersion version() const { return version_; }
  // A hash of the state, and of every entry applied so far with its result: equal histories that
  // came to equal states have equal ones.
  uint64_t state_hash() const { return mix(history_, contents_); }

  // The whole state but for the limits, as bytes: two machines are in the same state exactly if
  // they give the same bytes. What the bytes are is in kv_snapshot.cc; their format is that of the
  // version in force, so that whoever goes by it can read them.
  std::string snapshot() const;
  // Takes the state from a snapshot; from then on this machine and the one that made it do the
  // same. False, and nothing is changed, if the bytes are not what snapshot() makes: cut off,
  // altered, of a version that this server does not know, or of a state that has another hash.
  bool restore(std::string_view snapshot);
  // Whether these bytes are a snapshot of a version that this server does not know.
  bool is_beyond(std::string_view snapshot) const;

  // For reading beside the log (tests, and read-only queries once there are any).
  std::optional<std::string> value(const std::string& key) const;
  // Those that have expired are forgotten when somebody asks for them, or opens another.
  uint64_t sessions() const { return sessions_.size(); }

  bool operator==(const KvStateMachine&) const = default;

 private:
  struct Value {
    std::string text;
    uint64_t text_hash = 0;
    uint64_t hash = 0;  // of key and text, as it is in contents_
    bool operator==(const Value&) const = default;
  };
  struct Reply {
    uint64_t sequence = 0;
    KvResult result;
    uint64_t result_hash = 0;
    uint64_t hash() const { return mix(sequence, result_hash); }
    bool operator==(const Reply&) const = default;
  };
  struct Session {
    uint64_t id = 0;
    uint64_t lowest_unanswered = 0;
    LogIndex last_used = 0;
    LogTime last_active{};
    std::vector<Reply> replies;  // in order of their numbers; few, as clients get their answers
    uint64_t replies_hash = 0;
    uint64_t hash = 0;  // of all this, as it is in contents_
    bool operator==(const Session&) const = default;
  };
  struct SnapshotReader;  // kv_snapshot.cc

  // How many states this very object has come to. Machines in the same state may have come to more
  // or fewer, since they restarted or were restored, and nothing may depend on it. It is here for
  // rules that are wrong.
  struct StatesLogged {
    uint64_t count = 0;
    bool operator==(const StatesLogged&) const { return true; }
  };

  using Sessions = std::vector<Session>;

  // What a server goes by that knows more than is in force.
  bool goes_by(KvVersion version) const {
    return rules_.version_in_force(version_, known_) >= version;
  }
  Applied apply_command(LogIndex index, Command command);
  Applied activate(KvVersion version);
  Applied open_session(LogIndex index);
  Applied keep_alive(LogIndex index, const KeepAlive& command);
  bool has_expired(const Session& session) const;
  Sessions::iterator find_session(uint64_t id);
  // The session that is spoken in now; end() if there is none, or no longer.
  Sessions::iterator use_session(uint64_t id, LogIndex index, Applied& applied);
  void forget(Sessions::iterator session);
  Applied apply_request(LogIndex index, Request request);
  void answer(Session& session, Request request, Applied& applied);
  void prune_replies(Session& session);
  // `text_hash` becomes that of the result's value, if it is known.
  KvResult execute(KvOperation operation, std::optional<uint64_t>& text_hash);
  KvResult execute_cas(Cas cas);
  KvResult execute_transaction(const Transaction& transaction);
  bool fits(const Transaction& transaction) const;
  bool fits(const Append& append, uint64_t before = 0) const;
  // `change` is given the text, which is empty if there was none.
  template <class Change>
  const Value& change_value(const std::string& key, Change change);
  void put(const std::string& key, std::string text);
  bool erase(const std::string& key);
  void count(Session& session);
  void roll_history(const Entry& entry, uint64_t result_hash);

  KvRules rules_;
  KvLimits limits_;
  KvVersion known_;
  KvVersion version_;
  StringTable<Value> data_;
  Sessions sessions_;  // in order of their ids
  LogIndex last_applied_ = 0;
  StatesLogged logged_;
  LogTime time_{};
  uint64_t history_ = 0;   // hash of what was applied, with the results
  uint64_t contents_ = 0;  // sum of the hashes of all values and sessions
};

}  // namespace seedbed::raft

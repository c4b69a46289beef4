// KvTwins: a server's state machine, and for a check another one beside it that applies the same
// entries under other circumstances: its hash table has another salt, and the clock that it must
// not look at is wrong. If they ever differ, something else than the log decides what they do.
//
//   KvTwins machine(KvRules(), KvLimits(), {.salt = 7, .twin = true});
//   const Applied applied = machine.apply(entry, env.now());
//   if (machine.twin()->state_hash != applied.state_hash) ...      // a bug
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocols/raft/kv.h"

namespace seedbed::raft {

class KvTwins {
 public:
  struct Options {
    uint64_t salt = 0;  // of the hash table; may differ from server to server
    bool twin = false;
    KvVersions versions;
  };

  KvTwins(KvRules rules, KvLimits limits, Options options);

  // As those of KvStateMachine.
  Applied apply(const Entry& entry, NodeTime local);
  std::string snapshot() const { return machine_.snapshot(); }
  bool restore(std::string_view snapshot);
  bool is_beyond(std::string_view snapshot) const { return machine_.is_beyond(snapshot); }
  LogIndex last_applied() const { return machine_.last_applied(); }
  LogTime time() const { return machine_.time(); }
  KvVersion version() const { return machine_.version(); }
  uint64_t state_hash() const { return machine_.state_hash(); }
  std::optional<std::string> value(const std::string& key) const { return machine_.value(key); }

  // What the twin made of the last entry; nothing if there is none.
  const std::optional<Applied>& twin() const { return twin_applied_; }

 private:
  KvStateMachine machine_;
  std::optional<KvStateMachine> twin_;
  std::optional<Applied> twin_applied_;
};

}  // namespace seedbed::raft

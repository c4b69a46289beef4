// The rules of the state machine, each a small function with a name, as those of the core are in
// rules.h. Each mutant is written beside the rule that it breaks, in kv_rules.cc.
#pragma once

#include <functional>
#include <vector>

#include "protocols/raft/kv_version.h"
#include "protocols/raft/log_clock.h"
#include "protocols/raft/mutants.h"
#include "protocols/raft/types.h"

namespace seedbed::raft {

// What tells who is forgotten when there are too many sessions.
struct SessionUse {
  uint64_t id = 0;
  LogIndex last_used = 0;
};

class KvRules {
 public:
  explicit KvRules(Mutant mutant = Mutant::kNone) : mutant_(mutant) {}

  // §6.3: the time of the machine behind an entry that a leader has stamped. Leaders may be behind
  // each other, the machine never goes back.
  LogTime time_after(LogTime before, LogTime stamp, NodeTime local) const;

  // §6.3: whether `a` makes room rather than `b`: the same on every server, whatever the salt of
  // its tables. A total order.
  bool evicts_before(const SessionUse& a, const SessionUse& b, uint64_t salt) const;

  // §6.3: when a session was used: at the entry of that index. `logged`: the states that this
  // server has come to since it started.
  LogIndex moment_of_use(LogIndex index, uint64_t logged) const;

  // §6.3: whether a request in a session that is not known, perhaps no longer, opens it.
  bool opens_what_it_does_not_know() const;

  // §6.3: the client may repeat its requests from `lowest_unanswered` on, and no earlier ones: from
  // which one on replies are kept.
  uint64_t first_reply_kept(uint64_t lowest_unanswered) const;

  // §6.3: a command that was executed before is answered from the session, not executed again.
  bool answers_from_session(bool executed_before) const;

  // A transaction whose later steps cannot be executed must not leave the earlier ones behind:
  // whether that is found out before anything is written.
  bool looks_before_writing() const;

  // §3.5: committed entries are applied in the order of the log, in which they come here.
  // `awaited`: whether a client of this server waits for the entry.
  void put_in_order(std::vector<Entry>& committed,
                    const std::function<bool(const Entry&)>& awaited) const;
  // Whether the machine takes the entry of that index behind the one that it has applied last.
  bool is_next(LogIndex index, LogIndex last_applied) const;

  // §5.1: a snapshot is the state behind the entry that it is said to cover. Of entries that are
  // being applied it will be said to cover those through `through`: whether it may be taken now.
  bool may_take_snapshot(LogIndex last_applied, LogIndex through) const;

  // §6.3: a snapshot stands for all that was applied, and so for what clients must not be given a
  // second time. Of `count` sessions, how many it holds, from the first on.
  uint64_t sessions_in_snapshot(uint64_t count) const;

  // Which version a server goes by that knows all up to `known`, while `activated` is what the log
  // has put in force.
  KvVersion version_in_force(KvVersion activated, KvVersion known) const;

  // Whether a leader may put a version in force, of which `known_by_all` says whether every member
  // has told that it knows it.
  bool may_activate(bool known_by_all) const;

  // What goes into the hash of the history for a result.
  uint64_t hash_in_history(uint64_t result_hash, uint64_t salt) const;

  // A client waits for the entry of this index and term. Whether it may be told that its command
  // was executed when an entry of term `applied` is applied there.
  bool is_awaited(Term awaited, Term applied) const;
  // Whether a leader that is deposed tells those who wait that nobody can say what becomes of their
  // commands.
  bool gives_up_waiting() const;

  bool operator==(const KvRules&) const = default;

 private:
  Mutant mutant_;
};

}  // namespace seedbed::raft

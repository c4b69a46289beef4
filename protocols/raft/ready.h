// Ready: what a step of Raft wants done. Effects are data; the shell carries them out.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "protocols/raft/messages.h"
#include "protocols/raft/occasions.h"
#include "protocols/raft/types.h"

namespace seedbed::raft {

enum class Role { kFollower, kPreCandidate, kCandidate, kLeader };
std::string_view to_string(Role role);

// News for probes and traces; nothing depends on them.
struct RoleChange {  // a new role, term or known leader
  Role role = Role::kFollower;
  Term term{};
  std::optional<NodeId> leader;
  bool operator==(const RoleChange&) const = default;
};
struct CommitAdvance {
  EntryId through;
  Term term{};  // the term this server is in
  bool operator==(const CommitAdvance&) const = default;
};
// Another configuration is in force here: the one at that entry, or the founders' at 0.
struct ConfigurationChange {
  EntryId at;
  Configuration configuration;
  bool operator==(const ConfigurationChange&) const = default;
};
// The disk completed something that time had overtaken, and the server did not act on it.
struct StaleCompletion {
  enum class What { kMessage, kAcknowledgement, kEntries };
  What what = What::kMessage;
  Ticket ticket = 0;
  bool operator==(const StaleCompletion&) const = default;
};
// A leader hands over from now on, or has given it up.
struct TransferChange {
  std::optional<NodeId> to;
  LogIndex last = 0;  // where its log ends
  Term term{};
  bool operator==(const TransferChange&) const = default;
};
using Notice =
    std::variant<RoleChange, CommitAdvance, ConfigurationChange, StaleCompletion, TransferChange>;
std::string to_string(const Notice& notice);

// A query may be answered from the state after `index`, or any later one.
struct ReadGrant {
  ReadId id = 0;
  LogIndex index = 0;
  bool operator==(const ReadGrant&) const = default;
};

// The contract with the shell, which may do the parts in any order and at any speed, if
//   - writes reach the disk in ticket order, and persisted(ticket) is called only when that write
//     and all before it would survive a crash;
//   - committed entries are applied in order, each once per incarnation;
//   - messages may be lost, repeated and reordered, but not altered.
// Whatever must not leave before a write is durable is not in here yet: it comes with a later
// Ready.
struct Ready {
  std::optional<Write> write;
  std::vector<Envelope> messages;
  std::optional<Snapshot> restore;  // the state machine's state, before anything of `committed`
  std::vector<Entry> committed;
  std::vector<ReadGrant> reads;
  std::vector<Notice> notices;
  Occasions occasions;

  bool empty() const {
    return !write && messages.empty() && !restore && committed.empty() && reads.empty() &&
           notices.empty();
  }
  bool operator==(const Ready&) const = default;
};

}  // namespace seedbed::raft

// SettledLog: what a group's log can never lose any more, by the disks of its members.
//
//   SettledLog log(members);
//   log.follow(event);                              // a `durable` event
//   while (const auto entry = log.next()) ...       // in the order of the log, each once
//
// An entry is settled, with all before it, once a quorum of disks has taken it in while their term
// was that of the entry: whoever is elected later has it (section 3.6.3: Leader Completeness). That
// is when a leader may commit it, whether it has noticed or not. The members are those that founded
// the group.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/raft/storage.h"
#include "protocols/raft/types.h"
#include "protocols/storage/invariants_durable_log.h"
#include "sim/core/event.h"

namespace seedbed::raft {

class SettledLog {
 public:
  explicit SettledLog(const std::vector<NodeId>& members);

  // Takes in a `durable` event; ignores other nodes.
  void follow(const TraceEvent& event);
  // The term of the last entry that is settled: no earlier leader can settle anything.
  Term term() const { return settled_.term; }
  // The next command that is settled; nothing if there is none yet.
  std::optional<std::string> next();

 private:
  struct Record {
    Term term{};
    EntryKind kind = EntryKind::kCommand;
    std::string data;
  };
  struct Member {
    NodeId node{};
    DurableImage image;
    storage::DurableLog log{std::string(kWalDirectory)};
    HardState hard_state;
    EntryId base;
    std::deque<Record> entries;         // behind the base
    std::map<Term, LogIndex> taken_in;  // in that term, the last entry of it

    LogIndex last() const { return base.index + entries.size(); }
    const Record* find(LogIndex index) const;
  };

  void begin(Member& member);
  void take(Member& member, uint8_t type, std::string_view payload);
  void settle(const Member& newest);

  std::vector<Member> members_;
  EntryId settled_;    // the last one that is
  LogIndex told_ = 0;  // through there, by next()
  EventIndex seen_ = kNoEvent;
};

}  // namespace seedbed::raft

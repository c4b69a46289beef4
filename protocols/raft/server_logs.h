// ServerLogs: what the disks of all servers hold, followed through the `durable` events of a run.
// The invariants look here, never at what a server says of its disk. They share one (sim/check/
// shared_views.h): files are read once, however many look at them.
#pragma once

#include <vector>

#include "protocols/raft/wal_follower.h"
#include "sim/core/event.h"

namespace seedbed::raft {

class ServerLogs {
 public:
  explicit ServerLogs(const std::vector<NodeId>& servers);

  // Takes in a `durable` event; ignores other nodes, and events that it has seen.
  void follow(const TraceEvent& event);

  // What the server would recover if it lost power now.
  const WalFollower& at(NodeId server) const;

  // True if the disks of a quorum of that configuration hold that very entry.
  bool held_by_quorum(EntryId entry, const Configuration& configuration) const;
  // The term at `index` in the logs that hold `entry` behind it; they all have the same (Log
  // Matching, §3.5). Nothing if none of them still has that entry.
  std::optional<Term> term_before(EntryId entry, LogIndex index) const;
  // The servers whose disks hold that very entry.
  std::vector<NodeId> holders(EntryId entry) const;

 private:
  struct Server {
    NodeId node{};
    DurableImage image;
    WalFollower log;
  };

  Server* find(NodeId node);

  std::vector<Server> servers_;
  EventIndex seen_ = kNoEvent;
  WalFollower empty_;
};

}  // namespace seedbed::raft

// ConfigurationsSeen: who belonged to the cluster when, as far as the events of a run tell. What is
// in force on a server only that server can say; what an entry holds is the same for all of them.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "protocols/raft/configuration.h"
#include "protocols/raft/types.h"
#include "sim/core/event.h"

namespace seedbed::raft {

class ConfigurationsSeen {
 public:
  explicit ConfigurationsSeen(const std::vector<NodeId>& founders)
      : founders_{.voters = founders} {}

  // Takes in any event; needs probes and crashes.
  void follow(const TraceEvent& event);

  // Whether the server is up and has said what it goes by; the first thing that it says.
  bool knows(NodeId server) const { return in_force_.contains(server); }
  // On that server; the founders' if it has said nothing.
  const Configuration& in_force(NodeId server) const;
  // The latest one among the entries through `index` that were committed and applied.
  const Configuration& committed(LogIndex index) const;
  const Configuration& latest_committed() const { return committed(~LogIndex{0}); }
  // That one, and those that are in force somewhere and may take its place.
  std::vector<const Configuration*> candidates() const;

 private:
  Configuration founders_;
  std::map<NodeId, EntryId> in_force_;
  std::map<std::pair<LogIndex, Term>, Configuration> entries_;  // by their names
  std::map<LogIndex, Term> committed_;                          // which of them were
};

}  // namespace seedbed::raft

#include "protocols/raft/invariants_configurations.h"

#include "protocols/raft/convert.h"
#include "protocols/raft/raft.pb.h"
#include "sim/check/payload.h"

namespace seedbed::raft {

void ConfigurationsSeen::follow(const TraceEvent& event) {
  if (event.kind == EventKind::kCrash) {
    in_force_.erase(event.node);
    return;
  }
  if (event.kind != EventKind::kProbe) return;
  if (const auto* change = payload_as<wire::ConfigurationChanged>(event)) {
    const EntryId at = from_wire(change->at());
    in_force_[event.node] = at;
    if (at.index > 0) entries_[{at.index, at.term}] = from_wire(change->configuration());
    return;
  }
  if (entries_.empty()) return;
  if (const auto* applied = payload_as<wire::Applied>(event)) {
    const EntryId id = from_wire(applied->entry());
    if (entries_.contains({id.index, id.term})) committed_[id.index] = id.term;
  }
}

const Configuration& ConfigurationsSeen::in_force(NodeId server) const {
  const auto at = in_force_.find(server);
  if (at == in_force_.end() || at->second.index == 0) return founders_;
  return entries_.at({at->second.index, at->second.term});
}

std::vector<const Configuration*> ConfigurationsSeen::candidates() const {
  std::vector<const Configuration*> all{&latest_committed()};
  const LogIndex latest = committed_.empty() ? 0 : committed_.rbegin()->first;
  for (const auto& [server, at] : in_force_) {
    if (at.index > latest) all.push_back(&in_force(server));
  }
  return all;
}

const Configuration& ConfigurationsSeen::committed(LogIndex index) const {
  const auto behind = committed_.upper_bound(index);
  if (behind == committed_.begin()) return founders_;
  const auto& [at, term] = *std::prev(behind);
  return entries_.at({at, term});
}

}  // namespace seedbed::raft

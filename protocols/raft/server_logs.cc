#include "protocols/raft/server_logs.h"

#include <algorithm>

namespace seedbed::raft {

ServerLogs::ServerLogs(const std::vector<NodeId>& servers) {
  for (const NodeId node : servers) servers_.emplace_back().node = node;
}

ServerLogs::Server* ServerLogs::find(NodeId node) {
  for (Server& server : servers_) {
    if (server.node == node) return &server;
  }
  return nullptr;
}

void ServerLogs::follow(const TraceEvent& event) {
  if (event.index <= seen_ && event.index != kNoEvent) return;
  seen_ = event.index;
  Server* server = find(event.node);
  if (server == nullptr) return;
  server->image.apply(event);
  server->log.look(server->image);
  server->image.settle();
}

const WalFollower& ServerLogs::at(NodeId node) const {
  for (const Server& server : servers_) {
    if (server.node == node) return server.log;
  }
  return empty_;
}

bool ServerLogs::held_by_quorum(EntryId entry, const Configuration& configuration) const {
  return configuration.is_quorum([&](NodeId node) { return at(node).holds(entry); });
}

std::optional<Term> ServerLogs::term_before(EntryId entry, LogIndex index) const {
  for (const Server& server : servers_) {
    if (!server.log.holds(entry)) continue;
    if (const auto term = server.log.term_at(index)) return term;
  }
  return std::nullopt;
}

std::vector<NodeId> ServerLogs::holders(EntryId entry) const {
  std::vector<NodeId> holders;
  for (const Server& server : servers_) {
    if (at(server.node).holds(entry)) holders.push_back(server.node);
  }
  return holders;
}

}  // namespace seedbed::raft

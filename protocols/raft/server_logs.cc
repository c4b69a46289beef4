#include "protocols/raft/server_logs.h"

#include <algorithm>

#include "protocols/raft/storage.h"
#include "sim/core/check.h"

namespace seedbed::raft {

ServerLogs::ServerLogs(const std::vector<NodeId>& servers) {
  for (const NodeId node : servers) servers_.push_back({.node = node});
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
  Server* server = event.name == kWalPath ? find(event.node) : nullptr;
  if (server == nullptr) return;
  switch (static_cast<DurableChange>(seedbed::number(event.peer))) {
    case DurableChange::kWrite: server->files[event.id].write(event.value, event.bytes); return;
    case DurableChange::kTruncate: server->files[event.id].truncate(event.value); return;
    case DurableChange::kLink: server->linked = event.id; return;
    case DurableChange::kUnlink: server->linked = 0; return;
  }
}

const WalFollower& ServerLogs::at(NodeId node) const {
  for (const Server& server : servers_) {
    if (server.node != node) continue;
    const auto file = server.files.find(server.linked);
    return file == server.files.end() ? empty_ : file->second;
  }
  return empty_;
}

bool ServerLogs::held_by_majority(EntryId entry) const {
  const auto holds = [&](const Server& server) { return at(server.node).holds(entry); };
  const auto holders = std::count_if(servers_.begin(), servers_.end(), holds);
  return static_cast<size_t>(holders) >= majority();
}

std::vector<NodeId> ServerLogs::holders(EntryId entry) const {
  std::vector<NodeId> holders;
  for (const Server& server : servers_) {
    if (at(server.node).holds(entry)) holders.push_back(server.node);
  }
  return holders;
}

}  // namespace seedbed::raft

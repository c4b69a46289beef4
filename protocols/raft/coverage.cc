#include "protocols/raft/coverage.h"

#include "protocols/raft/raft.pb.h"
#include "protocols/raft/ready.h"
#include "sim/world/message.h"

namespace seedbed::raft {

void RaftCoverage::on_event(const TraceEvent& event) {
  Server& server = servers_[event.node];
  switch (event.kind) {
    case EventKind::kProbe:
      if (event.value != message_type<wire::RoleChanged>().hash) return;
      if (const auto* change = dynamic_cast<const wire::RoleChanged*>(event.payload)) {
        server.leads = change->role() == static_cast<uint32_t>(Role::kLeader);
      }
      return;
    case EventKind::kDiskSubmit: server.submitted = event.id; return;
    case EventKind::kDiskComplete: server.completed = event.id; return;
    case EventKind::kCrash:
      if (server.leads) reached_("leader crashed");
      if (server.leads && server.submitted > server.completed) {
        reached_("leader crashed between append and sync");
      }
      server = Server();
      return;
    case EventKind::kPause:
      if (server.leads) reached_("leader paused");
      return;
    default: return;
  }
}

}  // namespace seedbed::raft

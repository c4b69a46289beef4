// Who coordinates, and who keeps data.
#pragma once

#include <algorithm>
#include <vector>

#include "sim/core/ids.h"

namespace seedbed::two_phase_commit {

struct Roles {
  std::vector<NodeId> coordinators;
  std::vector<NodeId> participants;

  bool coordinates(NodeId node) const {
    return std::find(coordinators.begin(), coordinators.end(), node) != coordinators.end();
  }
};

// The first `coordinators` servers of the scenario coordinate, by their numbers: a script may leave
// out some of them. If that leaves nobody for a role, somebody is named who has no use for it.
inline Roles roles_of(const std::vector<NodeId>& servers, int32_t coordinators) {
  Roles roles;
  for (const NodeId node : servers) {
    const bool first = number(node) <= static_cast<uint32_t>(coordinators);
    (first ? roles.coordinators : roles.participants).push_back(node);
  }
  if (servers.empty()) return roles;
  if (roles.coordinators.empty()) roles.coordinators.push_back(servers.front());
  if (roles.participants.empty()) roles.participants.push_back(servers.front());
  return roles;
}

}  // namespace seedbed::two_phase_commit

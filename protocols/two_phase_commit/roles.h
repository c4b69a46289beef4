// Who coordinates, and who keeps data.
#pragma once

#include <algorithm>
#include <vector>

#include "sim/core/ids.h"

namespace seedbed::two_phase_commit {

// Coordinators and participants have the names of servers. Where each is a group, that is the name
// of the group's first member.
struct Roles {
  std::vector<NodeId> coordinators;
  std::vector<NodeId> participants;
  uint32_t replicas = 1;  // of each

  bool coordinates(NodeId name) const {
    return std::find(coordinators.begin(), coordinators.end(), name) != coordinators.end();
  }
  bool are_groups() const { return replicas > 1; }
  // What that machine stands for; itself if it is none of them.
  NodeId name_of(NodeId machine) const {
    const uint32_t first = (number(machine) - 1) / replicas * replicas + 1;
    for (const std::vector<NodeId>* names : {&coordinators, &participants}) {
      if (std::find(names->begin(), names->end(), NodeId{first}) != names->end()) {
        return NodeId{first};
      }
    }
    return machine;
  }
  std::vector<NodeId> members(NodeId name) const {
    std::vector<NodeId> members;
    for (uint32_t i = 0; i < replicas; ++i) members.push_back(NodeId{number(name) + i});
    return members;
  }
};

// The first `coordinators` of them coordinate, by their numbers: a script may leave out some
// servers. If that leaves nobody for a role, somebody is named who has no use for it.
inline Roles roles_of(const std::vector<NodeId>& servers, int32_t coordinators,
                      int32_t replicas = 1) {
  Roles roles;
  roles.replicas = static_cast<uint32_t>(replicas);
  for (const NodeId node : servers) {
    const uint32_t place = (number(node) - 1) / roles.replicas;
    if ((number(node) - 1) % roles.replicas != 0) continue;
    const bool first = place < static_cast<uint32_t>(coordinators);
    (first ? roles.coordinators : roles.participants).push_back(node);
  }
  if (servers.empty()) return roles;
  if (roles.coordinators.empty()) roles.coordinators.push_back(servers.front());
  if (roles.participants.empty()) roles.participants.push_back(servers.front());
  return roles;
}

}  // namespace seedbed::two_phase_commit

#include "protocols/raft/ready.h"

#include <fmt/format.h>

namespace seedbed::raft {
namespace {

std::string_view to_string(StaleCompletion::What what) {
  switch (what) {
    case StaleCompletion::What::kMessage: return "message";
    case StaleCompletion::What::kAcknowledgement: return "acknowledgement";
    case StaleCompletion::What::kEntries: return "entries";
  }
  return "unknown";
}

struct Describe {
  std::string operator()(const RoleChange& n) const {
    std::string leader = n.leader ? fmt::format(" leader=n{}", number(*n.leader)) : "";
    return fmt::format("{} t{}{}", raft::to_string(n.role), number(n.term), leader);
  }
  std::string operator()(const CommitAdvance& n) const {
    return fmt::format("commit {}", raft::to_string(n.through));
  }
  std::string operator()(const ConfigurationChange& n) const {
    return fmt::format("configuration {} {}", raft::to_string(n.at),
                       raft::to_string(n.configuration));
  }
  std::string operator()(const StaleCompletion& n) const {
    return fmt::format("stale {} discarded after write {}", to_string(n.what), n.ticket);
  }
  std::string operator()(const TransferChange& n) const {
    return n.to ? fmt::format("hands over to n{} at {}", number(*n.to), n.last)
                : fmt::format("leads on at {}", n.last);
  }
};

}  // namespace

std::string_view to_string(Role role) {
  switch (role) {
    case Role::kFollower: return "follower";
    case Role::kPreCandidate: return "pre-candidate";
    case Role::kCandidate: return "candidate";
    case Role::kLeader: return "leader";
  }
  return "unknown";
}

std::string to_string(const Notice& notice) { return std::visit(Describe{}, notice); }

}  // namespace seedbed::raft

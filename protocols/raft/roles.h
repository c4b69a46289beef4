// The roles of §3.3. What only one role needs exists only in that role.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "protocols/raft/progress.h"
#include "sim/core/ids.h"
#include "sim/core/time.h"

namespace seedbed::raft {

struct Follower {
  std::optional<NodeId> leader;
  NodeTime leader_heard{};  // when, if there is a leader
  NodeTime election_due{};
  bool operator==(const Follower&) const = default;
};

// The answers to a candidate, each server's at most once.
struct Ballot {
  std::vector<NodeId> granted;
  std::vector<NodeId> refused;
  bool operator==(const Ballot&) const = default;
};

// Asks whether it could win an election in the next term (§9.6).
struct PreCandidate {
  Ballot ballot;
  NodeTime election_due{};
  bool operator==(const PreCandidate&) const = default;
};

struct Candidate {
  Ballot ballot;
  NodeTime election_due{};
  bool operator==(const Candidate&) const = default;
};

struct Leader {
  std::vector<Progress> followers;  // every other voter
  NodeTime heartbeat_due{};
  NodeTime quorum_due{};           // when to ask whether a quorum still answers
  uint64_t uncommitted_bytes = 0;  // of commands behind the commit index
  bool operator==(const Leader&) const = default;
};

// In the order of the enumeration Role.
using RoleState = std::variant<Follower, PreCandidate, Candidate, Leader>;

}  // namespace seedbed::raft

// The roles of §3.3. What only one role needs exists only in that role.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "protocols/raft/messages.h"
#include "protocols/raft/progress.h"
#include "sim/core/ids.h"
#include "sim/core/time.h"

namespace seedbed::raft {

// A snapshot of which not all pieces have come (chapter 5).
struct Incoming {
  EntryId last;
  uint64_t digest = 0;
  uint64_t size = 0;
  std::string state;  // so far
  bool operator==(const Incoming&) const = default;
};

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

// Who waits to learn an index that is safe to read at: this server, or another.
struct Reader {
  NodeId server{};
  ReadId id = 0;
  bool operator==(const Reader&) const = default;
};

// Queries that wait for a quorum to answer a round of heartbeats (§6.4).
struct ReadBatch {
  uint64_t round = 0;
  LogIndex index = 0;  // the commit index when they came
  std::vector<Reader> readers;
  bool operator==(const ReadBatch&) const = default;
};

// A round of heartbeats, and when it was sent.
struct SentRound {
  uint64_t round = 0;
  NodeTime at{};
  bool operator==(const SentRound&) const = default;
};

// Queries and the lease (§6.4).
struct Reads {
  uint64_t round = 0;           // of the last heartbeats
  std::vector<Reader> waiting;  // for the next round
  std::optional<ReadBatch> asked;
  std::deque<SentRound> sent;  // rounds that no quorum has answered, while there are leases
  NodeTime lease_until{};
  bool no_lease = false;  // none in this term any more
  bool operator==(const Reads&) const = default;
};

// A leader that wants another server to lead (§3.10).
struct Transfer {
  NodeId to{};
  NodeTime gives_up{};  // and leads on
  bool told = false;    // TimeoutNow has been sent since the last heartbeat
  bool operator==(const Transfer&) const = default;
};

// A change of membership that waits for its turn, or for servers to catch up (§4.2.1).
struct PendingChange {
  // A new server gets the log in rounds, each as far as the log went when it began, until one is
  // shorter than an election timeout. Then it lacks so little that the cluster can rely on it.
  struct Round {
    NodeId server{};
    LogIndex through = 0;
    NodeTime began{};
    uint32_t number = 1;
    bool operator==(const Round&) const = default;
  };

  MembershipChange change;
  NodeTime gives_up{};
  std::vector<Round> rounds;
  bool operator==(const PendingChange&) const = default;
};

struct Leader {
  std::vector<Progress> followers;  // every other member
  NodeTime heartbeat_due{};
  NodeTime quorum_due{};           // when to ask whether a quorum still answers
  uint64_t uncommitted_bytes = 0;  // of commands behind the commit index
  Reads reads = {};
  std::optional<Transfer> transfer = {};
  std::optional<PendingChange> change = {};
  bool operator==(const Leader&) const = default;
};

// In the order of the enumeration Role.
using RoleState = std::variant<Follower, PreCandidate, Candidate, Leader>;

}  // namespace seedbed::raft

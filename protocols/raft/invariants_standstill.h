// Standstill: knows when a cluster cannot have a leader that stays, whatever its servers do, since
// too many links between them are lost for good. This is the classifier of the weakness RAFT-L1.
//
// Raft promises progress while a majority of the voters can talk to each other. Who votes, each
// server takes from the latest configuration in its log, and in joint consensus a majority is one
// of both halves (section 4.3); learners do not count. If links fail one by one, some servers may
// still reach a majority without any two of them doing so; then it depends:
//
//   - A server can only be elected by those that it reaches in both directions, and only if its log
//     is as up to date as theirs (section 3.6.1). If every server that reaches a majority lacks
//     entries that too many of its neighbours have, there is nobody to be elected: the "constrained
//     election" of Ng, Haridi, Carbone: "Omni-Paxos: Breaking the Barriers of Partial Connectivity"
//     (EuroSys 2023).
//   - Without CheckQuorum (section 6.2) a leader that lost its majority leads on, and those who
//     hear it elect no other: "quorum loss" there.
//   - Without PreVote and CheckQuorum (sections 9.6, 4.2.3) somebody who does not hear the leader
//     deposes it by way of a third: "chained" there.
//
// It looks at links and disks only. A cluster that stands still for another reason has a bug.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "protocols/raft/invariants_configurations.h"
#include "protocols/raft/server_logs.h"

namespace seedbed::raft {

// What of Raft is in use.
struct Safeguards {
  bool pre_vote = true;
  bool check_quorum = true;
};

class Standstill {
 public:
  // `founders`: those of the servers who begin the cluster, as voters.
  Standstill(std::vector<NodeId> servers, const std::vector<NodeId>& founders,
             Safeguards safeguards, std::shared_ptr<ServerLogs> logs);

  static EventKinds interests() {
    return EventKinds(EventKind::kCut, EventKind::kStart, EventKind::kCrash, EventKind::kProbe,
                      EventKind::kDurable);
  }
  void follow(const TraceEvent& event);

  // Why no leader can stay as things are now, in a sentence; nothing if one could, or if all links
  // are there.
  std::optional<std::string> reason() const;

  // Messages pass between them, in both directions.
  bool linked(NodeId one, NodeId other) const;

  // What that server goes by.
  const Configuration& configuration_of(NodeId server) const {
    return configurations_.in_force(server);
  }

 private:
  bool hears(NodeId server, NodeId speaker) const;
  std::vector<NodeId> reaching_a_majority() const;
  // Whether it would vote for that candidate: linked, up, and with no later log.
  bool supports(NodeId voter, NodeId candidate) const;
  // Whether it may stand for election.
  bool is_voter(NodeId server) const { return configuration_of(server).is_voter(server); }
  std::optional<std::string> nobody_electable(const std::vector<NodeId>& reaching) const;
  std::optional<std::string> powerless_leader(const std::vector<NodeId>& reaching) const;
  std::optional<std::string> disturbed(const std::vector<NodeId>& reaching) const;
  std::optional<NodeId> disturber_of(NodeId leader) const;

  std::vector<NodeId> servers_;
  Safeguards safeguards_;
  std::shared_ptr<ServerLogs> logs_;
  ConfigurationsSeen configurations_;
  std::set<std::pair<NodeId, NodeId>> cut_;  // from, to
  std::set<NodeId> down_;
  std::set<NodeId> leading_;
};

}  // namespace seedbed::raft

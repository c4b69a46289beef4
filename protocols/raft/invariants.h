// The promises of Raft, each as a checker over the events of a run (figure 3.2 of the dissertation,
// and the durability that it takes for granted).
//
// White-box invariants look at the messages that left and at the bytes on the simulated disks, so
// they fire at the first wrong step; what a server says of itself is used only where it cannot be
// known otherwise (its role, what it commits and applies). Black-box guarantees look at clients
// alone.
//
// Those that look at the disks take a view of them, which they may share with others.
#pragma once

#include <memory>
#include <vector>

#include "protocols/raft/invariants_standstill.h"
#include "protocols/raft/server_logs.h"
#include "sim/check/checker.h"

namespace seedbed::raft {

// invariants_votes.cc
std::unique_ptr<Checker> make_election_safety();
std::unique_ptr<Checker> make_vote_once();
std::unique_ptr<Checker> make_vote_durable(std::shared_ptr<ServerLogs> logs);

// invariants_roles.cc
std::unique_ptr<Checker> make_term_mono(std::shared_ptr<ServerLogs> logs);
std::unique_ptr<Checker> make_leader_append_only(std::shared_ptr<ServerLogs> logs);
std::unique_ptr<Checker> make_commit_mono();
std::unique_ptr<Checker> make_role_changes();

// invariants_transfer.cc
std::unique_ptr<Checker> make_transfer_quiet();

// invariants_log.cc
std::unique_ptr<Checker> make_log_matching(std::shared_ptr<ServerLogs> logs);
std::unique_ptr<Checker> make_ack_durable(std::shared_ptr<ServerLogs> logs);

// invariants_commit.cc
std::unique_ptr<Checker> make_commit_quorum_durable(std::shared_ptr<ServerLogs> logs,
                                                    const std::vector<NodeId>& founders);
std::unique_ptr<Checker> make_commit_term_rule();
std::unique_ptr<Checker> make_leader_completeness(std::shared_ptr<ServerLogs> logs);

// invariants_apply.cc
std::unique_ptr<Checker> make_state_machine_safety();
std::unique_ptr<Checker> make_deterministic_apply();
std::unique_ptr<Checker> make_exactly_once();

// invariants_snapshots.cc
std::unique_ptr<Checker> make_snapshot_ok(std::shared_ptr<ServerLogs> logs,
                                          const std::vector<NodeId>& founders);

// invariants_membership.cc
std::unique_ptr<Checker> make_config_overlap(std::shared_ptr<ServerLogs> logs,
                                             const std::vector<NodeId>& servers,
                                             const std::vector<NodeId>& founders);
std::unique_ptr<Checker> make_config_rollback(std::shared_ptr<ServerLogs> logs,
                                              const std::vector<NodeId>& founders);

// invariants_queries.cc
std::unique_ptr<Checker> make_query_index();
std::unique_ptr<Checker> make_lease_exclusion();

// invariants_liveness.cc. Where links stay lost for good and no leader can stay for it, both end as
// the weakness RAFT-L1 (invariants_standstill.h).
struct LivenessOptions {
  std::vector<NodeId> servers;
  std::vector<NodeId> founders;  // those of them who begin the cluster, as voters
  std::vector<NodeId> clients;
  Safeguards safeguards;
  Duration election_timeout{};  // the shortest that a server waits; the longest is twice that
  Duration bound{};             // from the end of the faults until every client is served
};
std::unique_ptr<Checker> make_progress(const LivenessOptions& options,
                                       std::shared_ptr<ServerLogs> logs);
std::unique_ptr<Checker> make_stable_leader(const LivenessOptions& options,
                                            std::shared_ptr<ServerLogs> logs);

// invariants_clients.cc
std::unique_ptr<Checker> make_acknowledged_is_durable(std::shared_ptr<ServerLogs> logs,
                                                      const std::vector<NodeId>& founders);
std::unique_ptr<Checker> make_replicas_agree(const std::vector<NodeId>& founders);

}  // namespace seedbed::raft

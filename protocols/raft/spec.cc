#include "protocols/raft/spec.h"

#include <fmt/format.h>

#include <iterator>

#include "protocols/raft/client.h"
#include "protocols/raft/coverage.h"
#include "protocols/raft/invariants.h"
#include "protocols/raft/occasion_table.h"
#include "protocols/raft/raft.pb.h"
#include "protocols/raft/replica.h"
#include "sim/check/linearizability_checker.h"
#include "sim/check/lists.h"
#include "sim/check/model.h"

namespace seedbed::raft {
namespace {

Duration ms(int64_t count) { return std::chrono::milliseconds(count); }

const wire::Options& default_options() {
  static const wire::Options options = [] {
    wire::Options defaults;
    defaults.set_election_timeout_ms(150);
    defaults.set_heartbeat_interval_ms(50);
    defaults.set_request_timeout_ms(400);
    defaults.set_max_batch_bytes(64 << 10);
    defaults.set_max_inflight(64);
    defaults.set_snapshot_chunk_bytes(16 << 10);
    return defaults;
  }();
  return options;
}

// Who begins the cluster.
std::vector<NodeId> founders(const Setup& setup) {
  const auto count = static_cast<size_t>(setup.options_as<wire::Options>().founders());
  std::vector<NodeId> servers = setup.servers;
  if (count > 0 && count < servers.size()) servers.resize(count);
  return servers;
}

// So many of them may be lost, at any time.
uint32_t spare_voters(const Setup& setup) {
  return static_cast<uint32_t>((founders(setup).size() - 1) / 2);
}

KvLimits kv_limits(const wire::Options& options) {
  KvLimits limits;
  if (options.session_timeout_ms() > 0) limits.session_timeout = ms(options.session_timeout_ms());
  if (options.max_sessions() > 0) limits.sessions = static_cast<uint64_t>(options.max_sessions());
  if (options.max_value_bytes() > 0) {
    limits.value_bytes = static_cast<uint64_t>(options.max_value_bytes());
  }
  return limits;
}

RaftClientOptions client_options(const Setup& setup) {
  const auto& options = setup.options_as<wire::Options>();
  return {.timeout = ms(options.request_timeout_ms()),
          .reads = options.reads(),
          // Three, so that one may be lost.
          .keep_alive = ms(options.session_timeout_ms()) / 3};
}

// The releases that servers may be of, by the last version they know; those of a cluster begin
// together.
constexpr std::string_view kRelease1 = "1";

KvVersion founding_version(const Setup& setup) {
  return setup.start_version == kRelease1 ? KvVersion::k1 : kLatestVersion;
}

ReplicaOptions replica_options(const Setup& setup, KvVersion known) {
  const auto& options = setup.options_as<wire::Options>();
  ReplicaOptions replica;
  replica.config.voters = founders(setup);
  replica.config.least_voters = 2 * spare_voters(setup) + 1;
  replica.config.election_timeout = ms(options.election_timeout_ms());
  replica.config.heartbeat_interval = ms(options.heartbeat_interval_ms());
  replica.config.pre_vote = !options.no_pre_vote();
  replica.config.check_quorum = !options.no_check_quorum();
  replica.config.clamp_heartbeats = !options.unclamped_heartbeats();
  replica.config.max_message_bytes = static_cast<uint64_t>(options.max_batch_bytes());
  replica.config.window.messages = static_cast<uint64_t>(options.max_inflight());
  replica.config.single_server_changes = options.single_server_changes();
  replica.config.trailing_entries = static_cast<uint64_t>(options.trailing_entries());
  replica.config.snapshot_chunk_bytes = static_cast<uint64_t>(options.snapshot_chunk_bytes());
  replica.snapshot_entries = static_cast<uint64_t>(options.snapshot_entries());
  if (options.has_lease_drift_ppm()) {
    replica.config.lease = LeaseTerms{.promise = replica.config.election_timeout,
                                      .drift_ppm = options.lease_drift_ppm()};
  }
  const Mutant mutant = find_mutant(setup.mutant).value_or(Mutant::kNone);
  replica.rules = Rules(mutant);
  replica.kv_rules = KvRules(mutant);
  replica.limits = kv_limits(options);
  replica.twin = options.twin();
  replica.versions = {.founded = founding_version(setup), .known = known};
  replica.keep_version = options.keep_version();
  return replica;
}

// The one view of the disks for all checks of a run.
std::shared_ptr<ServerLogs> disks_of(const Setup& setup) {
  return setup.views->get<ServerLogs>(setup.servers);
}

LivenessOptions liveness_options(const Setup& setup) {
  const auto& options = setup.options_as<wire::Options>();
  return {.servers = setup.servers,
          .founders = founders(setup),
          .clients = setup.clients,
          .safeguards = {.pre_vote = !options.no_pre_vote(),
                         .check_quorum = !options.no_check_quorum()},
          .election_timeout = ms(options.election_timeout_ms()),
          .bound = setup.liveness_bound};
}

// What a server keeps in its memory, whatever becomes of disks.
bool rests_on_memory(std::string_view check) {
  return check == "CommitTermRule" || check == "CommitMono" || check == "TransferQuiet";
}
bool is_transactional(const Setup& setup) { return setup.workload == "list_append"; }

// All but the rules that a leader keeps in its memory rest on disks that keep what they confirmed:
// a voter that forgets its vote or its log may elect and commit anything (section 3.8).
void rest_on_assumptions(std::vector<CheckSpec>& specs) {
  for (CheckSpec& spec : specs) {
    if (!rests_on_memory(spec.name)) spec.assumes.push_back(Assumption::kDisksKeep);
    // Unless there are leases, nothing that servers promise is measured by clocks.
    const bool by_clocks = spec.name == "QueryIndex" || spec.name == "LeaseExclusion";
    if (by_clocks || spec.name == "Linearizable" || spec.name == "Lists") {
      spec.assumes.push_back(Assumption::kClocksAgree);
    }
    const bool liveness = spec.name == "Progress" || spec.name == "StableLeader";
    if (liveness) spec.assumes.push_back(Assumption::kServersUp);
    // A server that is set back too late stops.
    if (liveness || spec.name == "ReplicasAgree") {
      spec.assumes.push_back(Assumption::kVersionsStay);
    }
  }
}

// Of elections, the log, and who belongs to the cluster.
std::vector<CheckSpec> checks_of_the_log() {
  return {
      {"ElectionSafety", "a term has at most one leader", Evidence::kWorld,
       [](const Setup&) { return make_election_safety(); }},
      {"VoteOnce", "a server votes for at most one candidate in a term, crashes or not",
       Evidence::kWorld, [](const Setup&) { return make_vote_once(); }},
      {"VoteDurable", "a vote is on the voter's disk before it leaves", Evidence::kWorld,
       [](const Setup& setup) { return make_vote_durable(disks_of(setup)); }},
      {"TermMono", "the term on a disk never decreases", Evidence::kWorld,
       [](const Setup& setup) { return make_term_mono(disks_of(setup)); }},
      {"RoleChanges",
       "within a term a server knows one leader, and leads once, until it steps down",
       Evidence::kWorld, [](const Setup&) { return make_role_changes(); }},
      {"TransferQuiet", "a leader that hands over takes no command", Evidence::kWorld,
       [](const Setup&) { return make_transfer_quiet(); }},
      {"LeaderAppendOnly", "a leader only appends to its log", Evidence::kWorld,
       [](const Setup& setup) { return make_leader_append_only(disks_of(setup)); }},
      {"LogMatching", "logs that share an entry are identical up to it", Evidence::kWorld,
       [](const Setup& setup) { return make_log_matching(disks_of(setup)); }},
      {"AckDurable", "what a follower acknowledges is on its disk", Evidence::kWorld,
       [](const Setup& setup) { return make_ack_durable(disks_of(setup)); }},
      {"CommitQuorumDurable", "what is committed is on the disks of a quorum", Evidence::kWorld,
       [](const Setup& setup) {
         return make_commit_quorum_durable(disks_of(setup), founders(setup));
       }},
      {"CommitTermRule", "a leader commits only entries of its own term by counting",
       Evidence::kWorld, [](const Setup&) { return make_commit_term_rule(); }},
      {"CommitMono", "what is committed stays so, is in the log, and comes before what is applied",
       Evidence::kWorld, [](const Setup&) { return make_commit_mono(); }},
      {"LeaderCompleteness", "every later leader has what was committed", Evidence::kWorld,
       [](const Setup& setup) { return make_leader_completeness(disks_of(setup)); }},
      {"SnapshotOK",
       "a snapshot is the state of committed entries, and replaces what it covers at once",
       Evidence::kWorld,
       [](const Setup& setup) { return make_snapshot_ok(disks_of(setup), founders(setup)); }},
      {"ConfigOverlap", "no two servers can be elected by voters who have nobody in common",
       Evidence::kWorld,
       [](const Setup& setup) {
         return make_config_overlap(disks_of(setup), setup.servers, founders(setup));
       }},
      {"ConfigRollback", "a server goes by the latest configuration in its log", Evidence::kWorld,
       [](const Setup& setup) { return make_config_rollback(disks_of(setup), founders(setup)); }},
      {"QueryIndex",
       "a query is answered from a state that has all that was committed when it came",
       Evidence::kWorld,
       [](const Setup& setup) {
         const bool queries = setup.options_as<wire::Options>().reads() != wire::READS_LOG;
         return queries ? make_query_index() : nullptr;
       }},
      {"LeaseExclusion", "while a leader answers by its lease, nobody leads a later term",
       Evidence::kWorld,
       [](const Setup& setup) {
         const bool leases = setup.options_as<wire::Options>().has_lease_drift_ppm();
         return leases ? make_lease_exclusion() : nullptr;
       }},
      {"DeterministicApply", "what an entry does is a function of the log alone", Evidence::kWorld,
       [](const Setup& setup) {
         return setup.options_as<wire::Options>().twin() ? make_deterministic_apply() : nullptr;
       }},
  };
}

// Of the state machine, and what clients may rely on.
std::vector<CheckSpec> checks_of_the_machine() {
  return {
      {"StateMachineSafety", "all servers apply the same entries in the same order",
       Evidence::kWorld, [](const Setup&) { return make_state_machine_safety(); }},
      {"ExactlyOnce", "an operation is executed once, however often it is sent", Evidence::kWorld,
       [](const Setup&) { return make_exactly_once(); }},
      {"AcknowledgedIsDurable", "an acknowledged write is never lost", Evidence::kWorld,
       [](const Setup& setup) {
         return make_acknowledged_is_durable(disks_of(setup), founders(setup));
       }},
      {"Linearizable", "operations take effect one at a time, between call and return",
       Evidence::kClients,
       [](const Setup& setup) {
         return is_transactional(setup)
                    ? nullptr
                    : std::make_unique<LinearizabilityChecker>("Linearizable", key_value_model());
       }},
      {"Lists",
       "reads of a list show one order of appends, all that were done and none that failed",
       Evidence::kClients,
       [](const Setup& setup) {
         return is_transactional(setup) ? std::make_unique<ListsChecker>("Lists") : nullptr;
       }},
      {"ReplicasAgree", "after healing all servers come to the same state", Evidence::kWorld,
       [](const Setup& setup) {
         // Where links stay lost, StableLeader says who must have applied what.
         const bool stability = setup.options_as<wire::Options>().judge_stability();
         return stability ? nullptr : make_replicas_agree(founders(setup));
       }},
      {"Progress", "after healing every client is served again", Evidence::kClients,
       [](const Setup& setup) { return make_progress(liveness_options(setup), disks_of(setup)); }},
      {"StableLeader",
       "after healing one leader comes, and stays; who is linked with it has what it has",
       Evidence::kWorld,
       [](const Setup& setup) {
         const bool stability = setup.options_as<wire::Options>().judge_stability();
         return stability ? make_stable_leader(liveness_options(setup), disks_of(setup)) : nullptr;
       }},
  };
}

std::vector<CheckSpec> checks() {
  std::vector<CheckSpec> specs = checks_of_the_log();
  std::vector<CheckSpec> more = checks_of_the_machine();
  specs.insert(specs.end(), std::make_move_iterator(more.begin()),
               std::make_move_iterator(more.end()));
  rest_on_assumptions(specs);
  return specs;
}

std::vector<ProbeSpec> probes() {
  std::vector<ProbeSpec> probes{
      {"leader crashed", "a leader lost power"},
      {"leader crashed between append and sync", "with a write on its way to the disk"},
      {"leader paused", "a leader ran no code for a while"},
      {"torn tail recovered", "a restarted server cut off an incomplete end of its log"},
      {"uncommitted suffix truncated",
       "a follower dropped entries that a new leader does not have"},
      {"retry deduplicated", "a repeated command was answered without executing it again"},
      {"session expired by log time",
       "a client's session ended, since by the time in the log it had been silent for too long"},
      {"deposed leader's late disk completion discarded",
       "the disk completed what a newer term had made meaningless"},
      {"committed ahead of the leader's own disk", "by the disks of a majority of the others"},
      {"vote refused after restart", "a restarted server remembered that it had voted"},
      {"leadership offered", "a leader was asked to hand over, and stopped taking commands"},
      {"election at the leader's word", "its successor was up to date, and did not wait"},
      {"change of membership begun", "a leader was asked to add, demote or remove a server"},
      {"configuration changed", "another one came into force on a server"},
      {"joint consensus", "a configuration of two halves came into force on a server"},
      {"snapshot taken", "a server's own, and it is on its disk"},
      {"snapshot given up: no space", "the disk is full; the log and the last one stay"},
      {"later version waits for servers of the earlier one",
       "a leader that knows it has not heard from all members that they do"},
      {"later version in force", "a server came to the entry from which on it is"},
      {"server of an earlier version not taken in",
       "it could not go on once the later is in force"},
      {"stopped: a version is in force that this release does not know",
       "a server was set back too late"},
      {"snapshot installed", "a leader's snapshot replaced a server's log and state"},
      {"query through the log", "a client's, like any other command"},
      {"query answered by lease", "without a round of heartbeats"},
      {"query answered by a follower", "from its own state, at the index that the leader gave"},
      {"message dropped: inbox full", "a server could not keep up"},
      {"refused to serve: the disk lost what it had confirmed", "recovery found corruption"},
      {"stopped: the disk failed", "a server ended itself, to recover from what its disk holds"},
  };
  for (const OccasionInfo& info : occasion_table()) {
    probes.push_back({.name = std::string(info.name.text()), .meaning = std::string(info.meaning)});
  }
  return probes;
}

std::vector<WeaknessSpec> weaknesses() {
  return {
      {"RAFT-A1", "a voter whose disk forgets may vote twice, and lose what it acknowledged",
       Assumption::kDisksKeep},
      {"RAFT-A2", "leases under clocks that are worse than declared: answers from the past",
       Assumption::kClocksAgree},
      {"RAFT-L1", "links are lost for good, and no leader can stay", std::nullopt},
  };
}

std::optional<bool> leads(const TraceEvent& event) {
  const auto* change = dynamic_cast<const wire::RoleChanged*>(event.payload);
  if (change == nullptr) return std::nullopt;
  return static_cast<Role>(change->role()) == Role::kLeader;
}

std::string caption(const TraceEvent& event) {
  if (const auto* change = dynamic_cast<const wire::RoleChanged*>(event.payload)) {
    switch (static_cast<Role>(change->role())) {
      case Role::kLeader: return fmt::format("LEADER t{}", change->term());
      case Role::kCandidate: return fmt::format("candidate t{}", change->term());
      case Role::kPreCandidate: return {};
      case Role::kFollower: return {};
    }
  }
  if (const auto* advance = dynamic_cast<const wire::CommitAdvanced*>(event.payload)) {
    return fmt::format("commit {}", advance->through().index());
  }
  return {};
}

}  // namespace

ProtocolSpec spec() {
  ProtocolSpec spec;
  spec.name = "raft";
  spec.summary =
      "a replicated log by consensus, under a key-value store with exactly-once sessions";
  spec.default_options = &default_options();
  spec.workloads = {"register", "lookup", "append", "list_append"};
  spec.survives = [](const Setup& setup) {
    Tolerance tolerance{.servers_down = spare_voters(setup),
                        .survives_power_loss = true,
                        .clock_drift_ppm = 1'000'000,
                        .clock_error = 24h};
    // Nothing but leases is measured by clocks.
    const auto& options = setup.options_as<wire::Options>();
    tolerance.goes_back = options.keep_version() && founding_version(setup) != kLatestVersion;
    if (options.has_lease_drift_ppm()) tolerance.clock_drift_ppm = options.lease_drift_ppm();
    return tolerance;
  };
  spec.make_process = [](Env& env, const Setup& setup) {
    return std::make_unique<Replica>(env, replica_options(setup, kLatestVersion));
  };
  spec.earlier = {{std::string(kRelease1),
                   "commands have no time in the log, so that sessions do not expire; snapshots of "
                   "another format",
                   [](Env& env, const Setup& setup) {
                     return std::make_unique<Replica>(env, replica_options(setup, KvVersion::k1));
                   }}};
  spec.make_client = [](Env& env, const Setup& setup) {
    return std::make_unique<RaftClient>(env, setup.servers, client_options(setup));
  };
  spec.checks = checks();
  spec.mutants = mutant_specs(mutants());
  spec.probes = probes();
  spec.weaknesses = weaknesses();
  spec.make_coverage = [](const Setup&, std::function<void(std::string_view)> reached) {
    return std::make_unique<RaftCoverage>(std::move(reached));
  };
  spec.orders = {std::string(kTransferLeadership), std::string(kAddServer),
                 std::string(kDemoteServer), std::string(kRemoveServer)};
  spec.leads = leads;
  spec.caption = caption;
  return spec;
}

}  // namespace seedbed::raft

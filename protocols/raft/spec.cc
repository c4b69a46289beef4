#include "protocols/raft/spec.h"

#include <fmt/format.h>

#include "protocols/raft/client.h"
#include "protocols/raft/coverage.h"
#include "protocols/raft/invariants.h"
#include "protocols/raft/raft.pb.h"
#include "protocols/raft/replica.h"
#include "sim/check/linearizability_checker.h"
#include "sim/check/lists.h"
#include "sim/check/model.h"
#include "sim/check/progress.h"

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
    return defaults;
  }();
  return options;
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

ReplicaOptions replica_options(const Setup& setup) {
  const auto& options = setup.options_as<wire::Options>();
  ReplicaOptions replica;
  replica.config.voters = setup.servers;
  replica.config.election_timeout = ms(options.election_timeout_ms());
  replica.config.heartbeat_interval = ms(options.heartbeat_interval_ms());
  replica.config.pre_vote = !options.no_pre_vote();
  replica.config.check_quorum = !options.no_check_quorum();
  replica.config.clamp_heartbeats = !options.unclamped_heartbeats();
  replica.config.max_message_bytes = static_cast<uint64_t>(options.max_batch_bytes());
  replica.config.window.messages = static_cast<uint64_t>(options.max_inflight());
  if (options.has_lease_drift_ppm()) {
    replica.config.lease = LeaseTerms{.promise = replica.config.election_timeout,
                                      .drift_ppm = options.lease_drift_ppm()};
  }
  const Mutant mutant = find_mutant(setup.mutant).value_or(Mutant::kNone);
  replica.rules = Rules(mutant);
  replica.kv_rules = KvRules(mutant);
  replica.limits = kv_limits(options);
  replica.twin = options.twin();
  return replica;
}

// The one view of the disks for all checks of a run.
std::shared_ptr<ServerLogs> disks_of(const Setup& setup) {
  return setup.views->get<ServerLogs>(setup.servers);
}

bool is_transactional(const Setup& setup) { return setup.workload == "list_append"; }

// All but the rules that a leader keeps in its memory rest on disks that keep what they confirmed:
// a voter that forgets its vote or its log may elect and commit anything (section 3.8).
std::vector<CheckSpec> checks() {
  std::vector<CheckSpec> specs{
      {"ElectionSafety", "a term has at most one leader",
       [](const Setup&) { return make_election_safety(); }},
      {"VoteOnce", "a server votes for at most one candidate in a term, crashes or not",
       [](const Setup&) { return make_vote_once(); }},
      {"VoteDurable", "a vote is on the voter's disk before it leaves",
       [](const Setup& setup) { return make_vote_durable(disks_of(setup)); }},
      {"LogMatching", "logs that share an entry are identical up to it",
       [](const Setup& setup) { return make_log_matching(disks_of(setup)); }},
      {"AckDurable", "what a follower acknowledges is on its disk",
       [](const Setup& setup) { return make_ack_durable(disks_of(setup)); }},
      {"CommitQuorumDurable", "what is committed is on a majority of disks",
       [](const Setup& setup) { return make_commit_quorum_durable(disks_of(setup)); }},
      {"CommitTermRule", "a leader commits only entries of its own term by counting",
       [](const Setup&) { return make_commit_term_rule(); }},
      {"LeaderCompleteness", "every later leader has what was committed",
       [](const Setup& setup) { return make_leader_completeness(disks_of(setup)); }},
      {"QueryIndex",
       "a query is answered from a state that has all that was committed when it came",
       [](const Setup& setup) {
         const bool queries = setup.options_as<wire::Options>().reads() != wire::READS_LOG;
         return queries ? make_query_index() : nullptr;
       }},
      {"DeterministicApply", "what an entry does is a function of the log alone",
       [](const Setup& setup) {
         return setup.options_as<wire::Options>().twin() ? make_deterministic_apply() : nullptr;
       }},
      {"StateMachineSafety", "all servers apply the same entries in the same order",
       [](const Setup&) { return make_state_machine_safety(); }},
      {"ExactlyOnce", "an operation is executed once, however often it is sent",
       [](const Setup&) { return make_exactly_once(); }},
      {"AcknowledgedIsDurable", "an acknowledged write is never lost",
       [](const Setup& setup) { return make_acknowledged_is_durable(setup.servers); }},
      {"Linearizable", "operations take effect one at a time, between call and return",
       [](const Setup& setup) {
         return is_transactional(setup)
                    ? nullptr
                    : std::make_unique<LinearizabilityChecker>("Linearizable", key_value_model());
       }},
      {"Lists",
       "reads of a list show one order of appends, all that were done and none that failed",
       [](const Setup& setup) {
         return is_transactional(setup) ? std::make_unique<ListsChecker>("Lists") : nullptr;
       }},
      {"ReplicasAgree", "after healing all servers come to the same state",
       [](const Setup&) { return make_replicas_agree(); }},
      {"Progress", "after healing every client is served again",
       [](const Setup& setup) {
         return std::make_unique<ProgressChecker>("Progress", setup.clients, setup.liveness_bound);
       }},
  };
  for (CheckSpec& spec : specs) {
    if (spec.name != "CommitTermRule") spec.assumes.push_back(Assumption::kDisksKeep);
    // Unless there are leases, nothing that servers promise is measured by clocks.
    if (spec.name == "QueryIndex" || spec.name == "Linearizable" || spec.name == "Lists") {
      spec.assumes.push_back(Assumption::kClocksAgree);
    }
    if (spec.name == "Progress") spec.assumes.push_back(Assumption::kServersUp);
  }
  return specs;
}

std::vector<ProbeSpec> probes() {
  return {
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
      {"vote refused after restart", "a restarted server remembered that it had voted"},
      {"leadership offered", "a leader was asked to hand over, and stopped taking commands"},
      {"election at the leader's word", "its successor was up to date, and did not wait"},
      {"query answered by lease", "without a round of heartbeats"},
      {"query answered by a follower", "from its own state, at the index that the leader gave"},
      {"message dropped: inbox full", "a server could not keep up"},
      {"refused to serve: the disk lost what it had confirmed", "recovery found corruption"},
      {"stopped: the disk failed", "a server ended itself, to recover from what its disk holds"},
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
    Tolerance tolerance{.servers_down = static_cast<uint32_t>((setup.servers.size() - 1) / 2),
                        .survives_power_loss = true,
                        .clock_drift_ppm = 1'000'000,
                        .clock_error = 24h};
    // Nothing but leases is measured by clocks.
    const auto& options = setup.options_as<wire::Options>();
    if (options.has_lease_drift_ppm()) tolerance.clock_drift_ppm = options.lease_drift_ppm();
    return tolerance;
  };
  spec.make_process = [](Env& env, const Setup& setup) {
    return std::make_unique<Replica>(env, replica_options(setup));
  };
  spec.make_client = [](Env& env, const Setup& setup) {
    return std::make_unique<RaftClient>(env, setup.servers, client_options(setup));
  };
  spec.checks = checks();
  for (const MutantInfo& mutant : mutants()) {
    spec.mutants.push_back({.name = std::string(mutant.name),
                            .wrong = std::string(mutant.what),
                            .caught_by = std::string(mutant.caught_by),
                            .reference = std::string(mutant.reference)});
  }
  spec.probes = probes();
  spec.make_coverage = [](const Setup&, std::function<void(std::string_view)> reached) {
    return std::make_unique<RaftCoverage>(std::move(reached));
  };
  spec.orders = {std::string(kTransferLeadership)};
  spec.leads = leads;
  spec.caption = caption;
  return spec;
}

}  // namespace seedbed::raft

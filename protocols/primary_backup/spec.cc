#include "protocols/primary_backup/spec.h"

#include <fmt/format.h>

#include <algorithm>

#include "protocols/primary_backup/client.h"
#include "protocols/primary_backup/invariants.h"
#include "protocols/primary_backup/replica.h"
#include "protocols/raft/replica.h"
#include "sim/check/convergence.h"
#include "sim/check/linearizability_checker.h"
#include "sim/check/model.h"
#include "sim/check/payload.h"
#include "sim/check/progress.h"

namespace seedbed::primary_backup {
namespace {

Duration ms(int64_t count) { return std::chrono::milliseconds(count); }

const wire::Options& default_options() {
  static const wire::Options options = [] {
    wire::Options defaults;
    defaults.set_authority(3);
    defaults.set_semi_sync(1);
    defaults.set_staleness_ms(500);
    defaults.set_lease_ms(300);
    defaults.set_heartbeat_ms(60);
    defaults.set_request_timeout_ms(400);
    defaults.set_checkpoint_every(48);
    defaults.set_retained_entries(24);
    defaults.set_drift_ppm(1000);
    return defaults;
  }();
  return options;
}

const wire::Options& options_of(const Setup& setup) { return setup.options_as<wire::Options>(); }

// The first servers of the scenario, by their numbers: a script may leave out some of them.
bool is_authority(const Setup& setup, NodeId node) {
  return number(node) <= static_cast<uint32_t>(options_of(setup).authority());
}

std::vector<NodeId> servers_of(const Setup& setup, bool authority) {
  std::vector<NodeId> servers;
  for (const NodeId node : setup.servers) {
    if (is_authority(setup, node) == authority) servers.push_back(node);
  }
  // Then whatever is sent to them is sent to somebody who has no use for it.
  if (servers.empty() && !setup.servers.empty()) servers.push_back(setup.servers.front());
  return servers;
}

AckPolicy policy_of(const Setup& setup) {
  AckPolicy policy;
  policy.replicas = std::max<size_t>(1, servers_of(setup, false).size());
  const size_t others = policy.replicas - 1;
  switch (options_of(setup).policy()) {
    case wire::ASYNC: policy.backups = 0; break;
    case wire::ALL: policy.backups = others; break;
    case wire::SEMI_SYNC:
      policy.backups = std::min(others, static_cast<size_t>(options_of(setup).semi_sync()));
      break;
    default: policy.backups = policy.replicas / 2; break;
  }
  const wire::Policy chosen = options_of(setup).policy();
  if (chosen == wire::SEMI_SYNC || chosen == wire::ALL) {
    policy.patience = ms(options_of(setup).backup_timeout_ms());
  }
  return policy;
}

std::unique_ptr<Process> make_process(Env& env, const Setup& setup) {
  const wire::Options& options = options_of(setup);
  if (is_authority(setup, env.self())) {
    raft::ReplicaOptions authority;
    authority.config.voters = servers_of(setup, true);
    return std::make_unique<raft::Replica>(env, std::move(authority));
  }
  ReplicaOptions replica;
  replica.authority = servers_of(setup, true);
  replica.replicas = servers_of(setup, false);
  replica.policy = policy_of(setup);
  replica.lease = ms(options.lease_ms());
  replica.heartbeat = ms(options.heartbeat_ms());
  replica.drift_ppm = options.drift_ppm();
  replica.staleness = ms(options.staleness_ms());
  replica.checkpoint_every = static_cast<Index>(options.checkpoint_every());
  replica.retained_entries = static_cast<Index>(options.retained_entries());
  replica.rules = Rules(find_mutant(setup.mutant).value_or(Mutant::kNone));
  return std::make_unique<Replica>(env, std::move(replica));
}

// So many may be down that the others still can acknowledge writes, and find out what was: of the
// replicas, and of the authority.
Tolerance survives(const Setup& setup) {
  const AckPolicy policy = policy_of(setup);
  const size_t spare = policy.replicas - 1 - policy.promises();
  const size_t servers = std::min(
      {spare, policy.replicas - policy.fences(), (servers_of(setup, true).size() - 1) / 2});
  return {.servers_down = static_cast<uint32_t>(servers),
          .survives_power_loss = true,
          .clock_drift_ppm = options_of(setup).drift_ppm(),
          .clock_error = 24h};
}

Disks disks_of(const Setup& setup) {
  return setup.views->get<ReplicaDisks>(servers_of(setup, false));
}

bool reads_are(const Setup& setup, wire::Reads reads) { return options_of(setup).reads() == reads; }
bool keeps_all(const Setup& setup) { return policy_of(setup).keeps_all(); }

// As the world measures it: a clock that is too fast ends a patience a little earlier.
AckPolicy promised_policy(const Setup& setup) {
  AckPolicy policy = policy_of(setup);
  policy.patience -= policy.patience * options_of(setup).drift_ppm() / 1'000'000;
  return policy;
}

std::vector<CheckSpec> checks() {
  using Checked = std::unique_ptr<Checker>;
  std::vector<CheckSpec> specs{
      {"Durability", "what was acknowledged is on as many disks as the policy says",
       Evidence::kWorld,
       [](const Setup& setup) { return make_durability(disks_of(setup), promised_policy(setup)); }},
      {"OneWriter", "an epoch has one owner; nobody listens to that of an earlier one",
       Evidence::kWorld, [](const Setup& setup) { return make_one_writer(disks_of(setup)); }},
      {"ReplicaPrefix", "logs that share an entry are identical up to it", Evidence::kWorld,
       [](const Setup& setup) { return make_replica_prefix(disks_of(setup)); }},
      {"AppliedAtomic", "data and applied index of a state belong together, on disk as well",
       Evidence::kWorld, [](const Setup& setup) { return make_applied_atomic(disks_of(setup)); }},
      {"ExactlyOnce", "an operation is executed once, however often it is sent", Evidence::kWorld,
       [](const Setup&) { return make_exactly_once(); }},
      {"Linearizable", "operations take effect one at a time, between call and return",
       Evidence::kClients,
       [](const Setup& setup) -> Checked {
         if (!keeps_all(setup) || !reads_are(setup, wire::PRIMARY)) return nullptr;
         return std::make_unique<LinearizabilityChecker>("Linearizable", key_value_model());
       }},
      {"ReadsYourWrites", "a client finds what it has appended, and what it has read before",
       Evidence::kClients,
       [](const Setup& setup) -> Checked {
         if (!keeps_all(setup) || !reads_are(setup, wire::TOKEN)) return nullptr;
         return make_reads_your_writes();
       }},
      {"BoundedStaleness", "no answer is older than was asked for", Evidence::kClients,
       [](const Setup& setup) -> Checked {
         if (!keeps_all(setup) || !reads_are(setup, wire::BOUNDED)) return nullptr;
         // A clock that is too slow makes the bound a little longer.
         const int64_t bound = options_of(setup).staleness_ms();
         return make_bounded_staleness(ms(bound) +
                                       ms(bound) * options_of(setup).drift_ppm() / 1'000'000);
       }},
      {"ReplicasAgree", "after healing all replicas come to the same state", Evidence::kWorld,
       [](const Setup&) {
         return std::make_unique<ConvergenceChecker>("ReplicasAgree", digest_of);
       }},
      {"Progress", "after healing every client is served again", Evidence::kClients,
       [](const Setup& setup) {
         return std::make_unique<ProgressChecker>("Progress", setup.clients, setup.liveness_bound);
       }},
  };
  for (CheckSpec& spec : specs) {
    spec.assumes.push_back(Assumption::kDisksKeep);
    if (spec.name == "Linearizable" || spec.name == "BoundedStaleness") {
      spec.assumes.push_back(Assumption::kClocksAgree);
    }
    if (spec.name == "Progress") spec.assumes.push_back(Assumption::kServersUp);
  }
  return specs;
}

std::vector<ProbeSpec> probes() {
  return {
      {"primary_backup.promoted", "a replica became primary of a new epoch"},
      {"primary_backup.deposed", "a primary heard of a later epoch"},
      {"primary_backup.retired", "a primary gave up, since it came to nothing any more"},
      {"primary_backup.fetched_before_promotion", "the owner of a new epoch lacked something"},
      {"primary_backup.suffix_truncated", "entries gave way to those of a later primary"},
      {"primary_backup.snapshot_installed", "a replica took over a state, not entries"},
      {"primary_backup.acknowledged_tail_dropped", "an old asynchronous primary threw away writes"},
      {"primary_backup.old_primary_refused", "a message of an earlier epoch was refused"},
      {"primary_backup.late_completion_discarded",
       "a disk was done when its replica already followed somebody else"},
      {"primary_backup.kept_its_promise", "a replica refused a new epoch because of a lease"},
      {"primary_backup.read_refused_without_lease", "a primary was not sure to be the only one"},
      {"primary_backup.read_from_backup", "a backup answered a get"},
      {"primary_backup.answered_from_table", "a repeated write was answered, not executed"},
      {"primary_backup.torn_tail_recovered", "a restarted replica cut off an incomplete end"},
      {"primary_backup.recovered_from_checkpoint", "a restarted replica found a checkpoint"},
      {"primary_backup.went_on_alone", "a primary had waited for its backups long enough"},
      {"primary_backup.refused_to_start", "a disk had lost what it had confirmed"},
  };
}

std::vector<WeaknessSpec> weaknesses() {
  return {
      {"WAL-W1", "a primary that waits for no backup takes the tail of its writes with it",
       std::nullopt},
      {"WAL-W2", "what a primary acknowledged when it had waited long enough goes with it",
       std::nullopt},
  };
}

std::optional<bool> leads(const TraceEvent& event) {
  const auto* change = payload_as<wire::RoleChanged>(event);
  if (change == nullptr) return std::nullopt;
  return change->primary();
}

std::string caption(const TraceEvent& event) {
  if (const auto* change = payload_as<wire::RoleChanged>(event)) {
    return change->primary() ? fmt::format("PRIMARY e{}", change->epoch()) : std::string("deposed");
  }
  if (const auto* applied = payload_as<wire::Applied>(event)) {
    return fmt::format("apply {}", applied->id().index());
  }
  return {};
}

}  // namespace

ProtocolSpec spec() {
  ProtocolSpec spec{
      .name = "primary_backup",
      .summary = "a key-value service with a primary, backups, epochs and a log of its own"};
  spec.default_options = &default_options();
  spec.workloads = {"register", "lookup", "append"};
  spec.survives = survives;
  spec.make_process = make_process;
  spec.make_client = [](Env& env, const Setup& setup) {
    return std::make_unique<PrimaryBackupClient>(env, servers_of(setup, false),
                                                 ms(options_of(setup).request_timeout_ms()),
                                                 options_of(setup).reads());
  };
  spec.checks = checks();
  spec.mutants = mutant_specs(mutants());
  spec.probes = probes();
  spec.weaknesses = weaknesses();
  spec.leads = leads;
  spec.caption = caption;
  return spec;
}

}  // namespace seedbed::primary_backup

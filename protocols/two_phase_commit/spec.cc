#include "protocols/two_phase_commit/spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "protocols/two_phase_commit/calls.h"
#include "protocols/two_phase_commit/client.h"
#include "protocols/two_phase_commit/coordinator.h"
#include "protocols/two_phase_commit/disk_journal.h"
#include "protocols/two_phase_commit/group_server.h"
#include "protocols/two_phase_commit/invariants.h"
#include "protocols/two_phase_commit/participant.h"
#include "sim/check/bank.h"
#include "sim/check/linearizability_checker.h"
#include "sim/check/lists.h"
#include "sim/check/model.h"
#include "sim/check/payload.h"
#include "sim/check/serializability.h"

namespace seedbed::two_phase_commit {
namespace {

Duration ms(int64_t count) { return std::chrono::milliseconds(count); }

const wire::Options& default_options() {
  static const wire::Options options = [] {
    wire::Options defaults;
    defaults.set_coordinators(1);
    defaults.set_lock_wait_ms(300);
    defaults.set_vote_wait_ms(400);
    defaults.set_idle_ms(1000);
    defaults.set_inquire_after_ms(150);
    defaults.set_request_timeout_ms(1500);
    defaults.set_checkpoint_every(48);
    defaults.set_replicas(1);
    defaults.set_election_timeout_ms(150);
    return defaults;
  }();
  return options;
}

const wire::Options& options_of(const Setup& setup) { return setup.options_as<wire::Options>(); }

Rules rules_of(const Setup& setup) {
  return Rules(find_mutant(setup.mutant).value_or(Mutant::kNone));
}

Roles roles_for(const Setup& setup) {
  const wire::Options& options = options_of(setup);
  return roles_of(setup.servers, options.coordinators(), options.replicas());
}

// What a coordinator or participant is made of.
struct Plan {
  NodeId name{};
  Roles roles;
  const wire::Options* options = nullptr;
  Rules rules;

  bool coordinates() const {
    return (number(name) - 1) / roles.replicas < static_cast<uint32_t>(options->coordinators());
  }
  uint64_t checkpoint_every() const { return static_cast<uint64_t>(options->checkpoint_every()); }
};

std::unique_ptr<Process> make_server(Env& env, const Plan& plan, std::unique_ptr<Journal> journal) {
  const wire::Options& options = *plan.options;
  if (plan.coordinates()) {
    return std::make_unique<Coordinator>(
        env, plan.roles,
        CoordinatorOptions{.self = plan.name,
                           .work_wait = 2 * ms(options.lock_wait_ms()),
                           .vote_wait = ms(options.vote_wait_ms()),
                           .checkpoint_every = plan.checkpoint_every(),
                           .rules = plan.rules},
        std::move(journal));
  }
  return std::make_unique<Participant>(
      env, plan.roles,
      ParticipantOptions{.self = plan.name,
                         .lock_wait = ms(options.lock_wait_ms()),
                         .idle = ms(options.idle_ms()),
                         .inquire_after = ms(options.inquire_after_ms()),
                         .checkpoint_every = plan.checkpoint_every(),
                         .rules = plan.rules},
      std::move(journal));
}

std::unique_ptr<Process> make_process(Env& env, const Setup& setup) {
  constexpr uint64_t kSegment = 16 << 10;
  const wire::Options& options = options_of(setup);
  const Roles roles = roles_for(setup);
  const Plan plan{.name = roles.name_of(env.self()),
                  .roles = roles,
                  .options = &options,
                  .rules = rules_of(setup)};
  if (!roles.are_groups()) {
    return make_server(env, plan, std::make_unique<DiskJournal>(env, kSegment));
  }
  raft::GroupOptions group;
  group.config.voters = roles.members(plan.name);
  group.config.election_timeout = ms(options.election_timeout_ms());
  group.config.heartbeat_interval = ms(options.election_timeout_ms()) / 3;
  return std::make_unique<GroupServer>(env, std::move(group),
                                       [&env, plan](std::unique_ptr<Journal> journal) {
                                         return make_server(env, plan, std::move(journal));
                                       });
}

// Whatever crashes must come back: nobody can do without it.
Tolerance survives(const Setup& setup) {
  return {.servers_down = static_cast<uint32_t>(setup.servers.size()),
          .servers_lost = 0,
          .survives_power_loss = true,
          .clock_drift_ppm = 1'000'000,
          .clock_error = 24h};
}

LedgerPtr ledger_of(const Setup& setup) { return setup.views->get<Ledger>(roles_for(setup)); }
EndsPtr ends_of(const Setup& setup) { return setup.views->get<EndsHeard>(); }

// A check of histories; nullptr if the workload is another one.
template <class T>
std::unique_ptr<Checker> seen_by_clients(const Setup& setup, std::string_view workload,
                                         std::string_view name) {
  if (setup.workload != workload) return nullptr;
  return make_excused(std::make_unique<T>(std::string(name)), ledger_of(setup));
}

// Those that name what is wrong come before those that see what comes of it.
std::vector<CheckSpec> checks_of_the_protocol() {
  return {
      {"PrepDurable", "a YES is on the disk of whoever says it", Evidence::kWorld,
       [](const Setup& setup) { return make_prep_durable(ledger_of(setup)); }},
      {"GC", "a commit is forgotten only when all who have written know it", Evidence::kWorld,
       [](const Setup& setup) { return make_gc(ledger_of(setup)); }},
      {"NamesOnce", "a transaction is named once, whatever its coordinator goes through",
       Evidence::kWorld, [](const Setup&) { return make_names_once(); }},
      {"ExactlyOnce", "of the transactions run for an operation, one is committed at most",
       Evidence::kWorld, [](const Setup& setup) { return make_exactly_once(ledger_of(setup)); }},
      {"AC2", "who has decided does not reverse its decision, nor votes any more", Evidence::kWorld,
       [](const Setup& setup) { return make_ac2(ledger_of(setup)); }},
      {"AC1", "no two servers decide differently", Evidence::kWorld,
       [](const Setup& setup) { return make_ac1(ledger_of(setup)); }},
      {"DecDurable", "a decision is on the disk of whoever tells it, or says that it knows",
       Evidence::kWorld,
       [](const Setup& setup) { return make_dec_durable(ledger_of(setup), ends_of(setup)); }},
      {"AckedCommit", "what a client was told is done, is committed", Evidence::kWorld,
       [](const Setup& setup) { return make_acked_commit(ledger_of(setup)); }},
      {"AC3", "what is committed, all who have written could commit", Evidence::kWorld,
       [](const Setup& setup) { return make_ac3(ledger_of(setup)); }},
      {"AC4", "if all said YES and were heard in time, the coordinator commits", Evidence::kWorld,
       [](const Setup& setup) { return make_ac4(roles_for(setup), kAnswerTime / 2); }},
      {"AC5", "after healing, every transaction is decided everywhere", Evidence::kWorld,
       [](const Setup& setup) { return make_ac5(ledger_of(setup)); }},
      {"LockHold", "what a transaction in doubt has written, nobody else touches", Evidence::kWorld,
       [](const Setup& setup) { return make_lock_hold(ledger_of(setup), ends_of(setup)); }},
  };
}

std::vector<CheckSpec> checks_of_clients() {
  using Checked = std::unique_ptr<Checker>;
  return {
      {"Conservation",
       "all accounts together hold the same, whenever somebody looks at all of them",
       Evidence::kClients,
       [](const Setup& setup) {
         return seen_by_clients<ConservationChecker>(setup, "bank", "Conservation");
       }},
      {"NoNegative", "no account holds less than nothing", Evidence::kClients,
       [](const Setup& setup) {
         return seen_by_clients<NoNegativeChecker>(setup, "bank", "NoNegative");
       }},
      {"Backing", "accounts that back each other hold no less than nothing together",
       Evidence::kClients,
       [](const Setup& setup) {
         return seen_by_clients<BackingChecker>(setup, "bank", "Backing");
       }},
      {"PaidOnce", "what machines have paid has left the account, once", Evidence::kClients,
       [](const Setup& setup) {
         return seen_by_clients<PaidOnceChecker>(setup, "bank", "PaidOnce");
       }},
      {"Lists",
       "reads of a list show one order of appends, all that were done and none that failed",
       Evidence::kClients,
       [](const Setup& setup) {
         return seen_by_clients<ListsChecker>(setup, "list_append", "Lists");
       }},
      {"StrictSerializable", "transactions happen one after the other, in an order that fits time",
       Evidence::kClients,
       [](const Setup& setup) {
         return seen_by_clients<SerializabilityChecker>(setup, "list_append", "StrictSerializable");
       }},
      {"Linearizable", "operations take effect one at a time, between call and return",
       Evidence::kClients,
       [](const Setup& setup) -> Checked {
         if (setup.workload != "lookup") return nullptr;
         return std::make_unique<LinearizabilityChecker>("Linearizable", key_value_model());
       }},
      {"Progress", "after healing every client is served again", Evidence::kClients,
       [](const Setup& setup) {
         return make_progress(ledger_of(setup),
                              {.clients = setup.clients, .bound = setup.liveness_bound});
       }},
  };
}

std::vector<CheckSpec> checks() {
  std::vector<CheckSpec> specs = checks_of_the_protocol();
  std::vector<CheckSpec> more = checks_of_clients();
  specs.insert(specs.end(), std::make_move_iterator(more.begin()),
               std::make_move_iterator(more.end()));
  for (CheckSpec& spec : specs) spec.assumes.push_back(Assumption::kDisksKeep);
  return specs;
}

std::vector<ProbeSpec> probes() {
  return {
      {"two_phase_commit.wounded", "an older transaction took the locks of a younger one"},
      {"two_phase_commit.lock_timeout", "a transaction waited for a lock for too long"},
      {"two_phase_commit.gave_up", "a participant aborted what nobody asked its vote for"},
      {"two_phase_commit.late_prepare_refused",
       "a vote was asked for what a participant does not have any more"},
      {"two_phase_commit.voted_read", "a participant that had only read was done with its vote"},
      {"two_phase_commit.left_open", "a client did not go on with what it had begun"},
      {"two_phase_commit.one_phase", "the only participant decided"},
      {"two_phase_commit.voted_down", "a vote was NO, or did not come"},
      {"two_phase_commit.decided_while_voting",
       "the abort came while a participant forced its vote to the disk"},
      {"two_phase_commit.recovered_in_doubt", "a restarted participant found an undecided vote"},
      {"two_phase_commit.undone_at_restart",
       "a restarted participant took back what had not been voted on"},
      {"two_phase_commit.took_over", "a member of a group began to lead it"},
      {"two_phase_commit.told_again", "a restarted coordinator had a commit to tell"},
      {"two_phase_commit.abort_presumed", "of a transaction that its coordinator does not know"},
      {"two_phase_commit.answered_pending", "an inquiry came before the decision"},
      {"two_phase_commit.settled_by_peer", "another participant knew what became of it"},
      {"two_phase_commit.blocked", "nobody could tell a participant in doubt"},
      {"two_phase_commit.decided_by_order", "an operator decided what was in doubt"},
      {"two_phase_commit.heuristic_damage", "and the coordinator had decided otherwise"},
      {"two_phase_commit.torn_tail_recovered", "a restarted server cut off an incomplete end"},
      {"two_phase_commit.recovered_from_checkpoint", "a restarted server found a checkpoint"},
      {"two_phase_commit.refused_to_start", "a disk had lost what it had confirmed"},
  };
}

std::optional<bool> leads(const TraceEvent& event) {
  if (payload_as<wire::Opened>(event) != nullptr) return true;
  return std::nullopt;
}

std::string caption(const TraceEvent& event) {
  if (const auto* opened = payload_as<wire::Opened>(event)) {
    return fmt::format("OPEN {}", opened->incarnation());
  }
  return {};
}

}  // namespace

ProtocolSpec spec() {
  ProtocolSpec spec{.name = "two_phase_commit",
                    .summary = "transactions over several participants, with locks and a log each"};
  spec.default_options = &default_options();
  spec.workloads = {"bank", "list_append", "lookup"};
  spec.survives = survives;
  spec.make_process = make_process;
  spec.make_client = [](Env& env, const Setup& setup) {
    return std::make_unique<TwoPhaseCommitClient>(
        env, roles_for(setup), ms(options_of(setup).request_timeout_ms()), rules_of(setup));
  };
  spec.checks = checks();
  spec.mutants = mutant_specs(mutants());
  spec.probes = probes();
  spec.weaknesses = {
      {"2PC-W1", "who has said YES stays in doubt, with its locks, if its coordinator is gone",
       std::nullopt},
      {"2PC-W2", "an operator's decision differs from the coordinator's", std::nullopt},
  };
  spec.orders = {std::string(kHeuristicCommit), std::string(kHeuristicAbort)};
  spec.leads = leads;
  spec.caption = caption;
  return spec;
}

}  // namespace seedbed::two_phase_commit

#include "protocols/crdt_counter/spec.h"

#include <fmt/format.h>

#include "protocols/crdt_counter/client.h"
#include "protocols/crdt_counter/invariants.h"
#include "protocols/crdt_counter/replica.h"
#include "sim/check/convergence.h"

namespace seedbed::crdt_counter {
namespace {

constexpr std::string_view kB01 = "crdt_counter.b01-merge-by-sum";
constexpr std::string_view kB07 = "crdt_counter.b07-memory-only";
constexpr std::string_view kB14 = "crdt_counter.b14-count-twice";
constexpr std::string_view kB16 = "crdt_counter.b16-stale-confirmation";

const Options& default_options() {
  static const Options options = [] {
    Options defaults;
    defaults.set_gossip_interval_ms(50);
    return defaults;
  }();
  return options;
}

std::unique_ptr<Process> make_replica(Env& env, const Setup& setup, Version version) {
  const auto& options = setup.options_as<Options>();
  return std::make_unique<Replica>(
      env,
      ReplicaOptions{.replicas = setup.servers,
                     .gossip_interval = std::chrono::milliseconds(options.gossip_interval_ms()),
                     .connections = options.connections(),
                     .version = version,
                     .rules = Rules(mutant_from(setup.mutant))});
}

std::vector<CheckSpec> checks() {
  return {
      {"OwnEntriesAreGreatest", "nobody knows more of a replica's counting than the replica itself",
       Evidence::kWorld, [](const Setup&) { return std::make_unique<OwnEntriesAreGreatest>(); }},
      {"NothingCountedTwice", "replicas never know of more than clients asked for",
       Evidence::kWorld, [](const Setup&) { return std::make_unique<NothingCountedTwice>(); }},
      {"NoIncrementLost", "what was acknowledged is known to some replica at the end",
       Evidence::kWorld,
       [](const Setup& setup) { return std::make_unique<NoIncrementLost>(setup.servers); }},
      {"ReadsArePossible", "a read finds no more than clients asked for", Evidence::kClients,
       [](const Setup&) { return std::make_unique<ReadsArePossible>(); }},
      {"Converged", "all replicas agree some time after the faults are over", Evidence::kWorld,
       [](const Setup&) { return std::make_unique<ConvergenceChecker>("Converged", digest); }},
  };
}

std::vector<MutantSpec> mutants() {
  return {
      {std::string(kB01), "merges entries by sum, so that hearing twice counts twice",
       "NothingCountedTwice", "Shapiro et al., INRIA RR-7506, 2011: merge must be idempotent"},
      {std::string(kB07), "acknowledges and gossips what only its memory knows",
       "OwnEntriesAreGreatest", "https://github.com/akka/akka-core/issues/22150"},
      {std::string(kB14), "counts a request again that arrives a second time",
       "NothingCountedTwice", "operations delivered twice to an operation-based counter"},
      {std::string(kB16), "takes for known what a replica had confirmed before it restarted",
       "Converged", "Almeida, Shoker, Baquero, JPDC 2018, algorithm 2: confirmations are volatile"},
  };
}

// "k1=3 k2=-1"
std::string caption(const TraceEvent& event) {
  const std::optional<Counters> state = reported_state(event);
  std::string text;
  if (!state) return text;
  for (const auto& [key, counter] : *state) {
    text += fmt::format("{}{}={}", text.empty() ? "" : " ", key, counter.value());
  }
  return text;
}

}  // namespace

Mutant mutant_from(std::string_view name) {
  if (name.empty()) return Mutant::kNone;
  if (name == kB01) return Mutant::kB01;
  if (name == kB07) return Mutant::kB07;
  if (name == kB14) return Mutant::kB14;
  CHECK(name == kB16);
  return Mutant::kB16;
}

ProtocolSpec spec() {
  ProtocolSpec spec{.name = "crdt_counter",
                    .summary = "counters that replicas count on their own and merge (CRDT)"};
  spec.default_options = &default_options();
  spec.workloads = {"counter"};
  spec.survives = [](const Setup& setup) {
    const size_t servers = setup.servers.size();
    return Tolerance{.servers_down = static_cast<uint32_t>(servers),
                     .survives_power_loss = true,
                     .clock_drift_ppm = 1'000'000};
  };
  spec.make_process = [](Env& env, const Setup& setup) {
    return make_replica(env, setup, Version::k2);
  };
  spec.earlier = {
      {"1", "every gossip tells all that a replica knows; it saves its own entries only",
       [](Env& env, const Setup& setup) { return make_replica(env, setup, Version::k1); }}};
  spec.make_client = [](Env& env, const Setup& setup) {
    return std::make_unique<CounterClient>(env, setup.servers);
  };
  spec.checks = checks();
  spec.mutants = mutants();
  spec.probes = {
      {"crdt_counter.recovered", "a replica found its own entries on its disk"},
      {"crdt_counter.saved_several_at_once", "one write kept what several requests counted"},
      {"crdt_counter.request_came_again", "a request arrived twice, or after a later one"},
      {"crdt_counter.connected_again", "a connection to another replica broke, and was replaced"},
      {"crdt_counter.stopped_for_disk", "a replica ended itself because its disk failed"},
      {"crdt_counter.told_only_news", "a gossip left out what the other had confirmed"},
      {"crdt_counter.heard_version_1", "a replica of version 2 heard from one of version 1"},
      {"crdt_counter.knew_others_at_start", "a replica found what it had learned on its disk"},
  };
  spec.caption = caption;
  return spec;
}

}  // namespace seedbed::crdt_counter

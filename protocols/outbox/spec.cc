#include "protocols/outbox/spec.h"

#include <fmt/format.h>

#include <algorithm>

#include "protocols/outbox/cache.h"
#include "protocols/outbox/client.h"
#include "protocols/outbox/consumer.h"
#include "protocols/outbox/database.h"
#include "protocols/outbox/front_end.h"
#include "protocols/outbox/invariants.h"
#include "protocols/outbox/queue.h"
#include "protocols/primary_backup/invariants.h"
#include "sim/check/linearizability_checker.h"
#include "sim/check/model.h"
#include "sim/check/payload.h"

namespace seedbed::outbox {
namespace {

constexpr std::string_view kDualWrite = "outbox.ch02-dual-write";
constexpr std::string_view kPublishFirst = "outbox.b10-publish-first";
constexpr std::string_view kNoInbox = "outbox.no-inbox";
constexpr std::string_view kFreshKey = "outbox.fresh-key";
constexpr std::string_view kNoSync = "outbox.no-sync";
constexpr std::string_view kAnyFill = "outbox.stale-fill";

constexpr int64_t kDriftPpm = 1000;

Duration ms(int64_t count) { return std::chrono::milliseconds(count); }

const wire::Options& default_options() {
  static const wire::Options options = [] {
    wire::Options defaults;
    defaults.set_ttl_ms(400);
    defaults.set_request_timeout_ms(500);
    defaults.set_poll_ms(40);
    defaults.set_redeliver_ms(300);
    defaults.set_checkpoint_every(64);
    return defaults;
  }();
  return options;
}

const wire::Options& options_of(const Setup& setup) { return setup.options_as<wire::Options>(); }

// Which server is what: by their numbers.
constexpr NodeId kDatabaseNode{1};
constexpr NodeId kCacheNode{2};
constexpr NodeId kQueueNode{3};
constexpr NodeId kConsumerNode{4};

// A script may leave out some of the servers. Whatever is sent to one of those is sent to another
// one, which has no use for it.
Parts parts_of(const Setup& setup) {
  const auto present = [&](NodeId node) {
    const bool there =
        std::find(setup.servers.begin(), setup.servers.end(), node) != setup.servers.end();
    return there || setup.servers.empty() ? node : setup.servers.back();
  };
  Parts parts{.database = present(kDatabaseNode),
              .cache = present(kCacheNode),
              .queue = present(kQueueNode),
              .consumer = present(kConsumerNode),
              .front_ends = {}};
  for (const NodeId server : setup.servers) {
    if (server > kConsumerNode) parts.front_ends.push_back(server);
  }
  parts.complete = !parts.front_ends.empty() && parts.database == kDatabaseNode &&
                   parts.queue == kQueueNode && parts.consumer == kConsumerNode;
  if (parts.front_ends.empty()) parts.front_ends.push_back(parts.cache);
  return parts;
}

Mutant mutant_from(std::string_view name) {
  if (name == kDualWrite) return Mutant::kDualWrite;
  if (name == kPublishFirst) return Mutant::kPublishFirst;
  if (name == kNoInbox) return Mutant::kNoInbox;
  if (name == kFreshKey) return Mutant::kFreshKey;
  if (name == kNoSync) return Mutant::kNoSync;
  if (name == kAnyFill) return Mutant::kAnyFill;
  return Mutant::kNone;
}

std::unique_ptr<Process> make_process(Env& env, const Setup& setup) {
  const wire::Options& options = options_of(setup);
  const Parts parts = parts_of(setup);
  const Rules rules(mutant_from(setup.mutant));
  const auto checkpoint_every = static_cast<uint64_t>(options.checkpoint_every());
  if (env.self() == kDatabaseNode) return std::make_unique<Database>(env, checkpoint_every, rules);
  if (env.self() == kCacheNode) return std::make_unique<Cache>(env, ms(options.ttl_ms()), rules);
  if (env.self() == kQueueNode) {
    return std::make_unique<Queue>(env, checkpoint_every, ms(options.redeliver_ms()));
  }
  if (env.self() == kConsumerNode) {
    return std::make_unique<Consumer>(env, ConsumerOptions{.queue = parts.queue,
                                                           .poll = ms(options.poll_ms()),
                                                           .checkpoint_every = checkpoint_every,
                                                           .rules = rules});
  }
  return std::make_unique<FrontEnd>(
      env, FrontEndOptions{.database = parts.database,
                           .cache = parts.cache,
                           .queue = parts.queue,
                           .reads_from_cache = options.reads() == wire::CACHE,
                           .budget = ms(options.request_timeout_ms()) * 4 / 5,
                           .poll = ms(options.poll_ms()),
                           .rules = rules});
}

Disks disks_of(const Setup& setup) { return setup.views->get<PartDisks>(parts_of(setup)); }

std::vector<CheckSpec> checks() {
  using Checked = std::unique_ptr<Checker>;
  std::vector<CheckSpec> specs{
      {"Outbox", "the consumer acts once on what was committed, and on nothing else",
       Evidence::kWorld,
       [](const Setup& setup) { return make_outbox(disks_of(setup), parts_of(setup)); }},
      {"Durability", "what was acknowledged is on the database's disk", Evidence::kWorld,
       [](const Setup& setup) { return make_durability(disks_of(setup)); }},
      {"Linearizable", "operations take effect one at a time, between call and return",
       Evidence::kClients,
       [](const Setup& setup) -> Checked {
         if (options_of(setup).reads() != wire::DATABASE) return nullptr;
         return std::make_unique<LinearizabilityChecker>("Linearizable", key_value_model());
       }},
      {"BoundedStaleness", "what the cache answers is not older than it may be", Evidence::kClients,
       [](const Setup& setup) -> Checked {
         if (options_of(setup).reads() != wire::CACHE) return nullptr;
         const Duration ttl = ms(options_of(setup).ttl_ms());
         return primary_backup::make_bounded_staleness(ttl + ttl * kDriftPpm / 1'000'000);
       }},
      {"OutboxDrained", "after healing the consumer acts on all that was committed",
       Evidence::kWorld,
       [](const Setup& setup) { return make_drained(disks_of(setup), parts_of(setup)); }},
      {"Progress", "after healing every client is served again", Evidence::kClients,
       [](const Setup& setup) {
         return make_progress(parts_of(setup), setup.clients, setup.liveness_bound);
       }},
  };
  for (CheckSpec& spec : specs) {
    spec.assumes.push_back(Assumption::kDisksKeep);
    if (spec.name == "BoundedStaleness") spec.assumes.push_back(Assumption::kClocksAgree);
    if (spec.name == "OutboxDrained" || spec.name == "Progress") {
      spec.assumes.push_back(Assumption::kServersUp);
    }
  }
  return specs;
}

std::vector<MutantSpec> mutants() {
  return {
      {std::string(kDualWrite), "commits to the database, then publishes to the queue", "Outbox",
       "https://microservices.io/patterns/data/transactional-outbox.html"},
      {std::string(kPublishFirst), "publishes to the queue, then commits to the database", "Outbox",
       "https://debezium.io/blog/2020/02/10/event-sourcing-vs-cdc/"},
      {std::string(kNoInbox), "acts on an event each time that it is delivered", "Outbox",
       "Helland, \"Idempotence Is Not a Medical Condition\", ACM Queue 10(4), 2012"},
      {std::string(kFreshKey), "gives a repeated attempt another idempotency key", "Outbox",
       "https://stripe.com/blog/idempotency"},
      {std::string(kNoSync), "answers a transaction before its disk has it", "Durability",
       "https://wiki.postgresql.org/wiki/Fsync_Errors"},
      {std::string(kAnyFill), "lets a slow reader fill the cache with what it read long ago",
       "BoundedStaleness",
       "Nishtala et al., \"Scaling Memcache at Facebook\", NSDI 2013, section 3.2.1: stale sets"},
  };
}

std::vector<ProbeSpec> probes() {
  return {
      {"outbox.recovered", "a part found its state on its disk"},
      {"outbox.refused_to_start", "a disk had lost what it had confirmed"},
      {"outbox.answered_from_table",
       "a transaction came again under its key, and was not repeated"},
      {"outbox.commit_repeated", "a replica did not hear from the database, and asked again"},
      {"outbox.delivered_again", "the queue delivered an event another time"},
      {"outbox.event_came_again", "the inbox knew an event already"},
      {"outbox.cache_hit", "the cache answered for the database"},
      {"outbox.stale_fill_refused", "what a slow reader brought to the cache was too old"},
  };
}

std::string caption(const TraceEvent& event) {
  const auto* effect = payload_as<wire::Effect>(event);
  if (effect == nullptr) return {};
  return fmt::format("acts on c{}.{}", effect->event().id().client(),
                     effect->event().id().operation());
}

}  // namespace

ProtocolSpec spec() {
  ProtocolSpec spec{
      .name = "outbox",
      .summary = "a stateless service: a database with an outbox, a relay, a queue, an inbox"};
  spec.default_options = &default_options();
  spec.workloads = {"register", "lookup", "append"};
  // Any one of them at a time; but there is one database, one queue and one consumer.
  spec.survives = [](const Setup&) {
    return Tolerance{.servers_down = 1,
                     .survives_power_loss = true,
                     .clock_drift_ppm = kDriftPpm,
                     .clock_error = 24h};
  };
  spec.make_process = make_process;
  spec.make_client = [](Env& env, const Setup& setup) {
    return std::make_unique<OutboxClient>(env, parts_of(setup).front_ends,
                                          ms(options_of(setup).request_timeout_ms()));
  };
  spec.checks = checks();
  spec.mutants = mutants();
  spec.probes = probes();
  spec.caption = caption;
  return spec;
}

}  // namespace seedbed::outbox

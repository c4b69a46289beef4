// Invariants:
//   1. The replica's own entries in visible_ are on its disk.
//   2. Nobody, client or replica, is told anything that is not in visible_.
#include "protocols/crdt_counter/replica.h"

#include <utility>

namespace seedbed::crdt_counter {
namespace {

constexpr Site kPartner("crdt_counter.gossip_partner", ChoiceClass::kAmbient);
constexpr Duration kRetrySave = 10ms;
constexpr Duration kConnect = 500ms;

}  // namespace

Replica::Replica(Env& env, ReplicaOptions options)
    : env_(env), options_(std::move(options)), changed_(env.scheduler()), saved_(env.scheduler()) {}

void Replica::start() {
  Result<OwnState> saved = load_own(env_.disk());
  if (!saved && saved.error() != Error::kCorrupt) env_.fail_stop("the disk failed");
  if (!saved) {
    // To begin again with less than others have seen would make them ignore the next increments.
    env_.reached("crdt_counter.refused_to_start");
    return;
  }
  own_ = *std::move(saved);
  if (!own_.counters.empty()) env_.reached("crdt_counter.recovered");
  visible_ = own_.counters;
  report();

  env_.on<Gossip>(
      [this](NodeId, const Gossip& gossip) { learn(counters_from(gossip.counters())); });
  env_.serve<Read>([this](NodeId, const Read::Request& request) -> Result<Read::Response> {
    Read::Response response;
    response.set_value(value_of(request.key()));
    return response;
  });
  env_.serve<Increment>(
      [this](NodeId from, const Increment::Request& request) -> Result<Increment::Response> {
        if (!count(from, request, &PNCounter::increment)) return Error::kTimeout;
        return Increment::Response();
      });
  env_.serve<Decrement>(
      [this](NodeId from, const Decrement::Request& request) -> Result<Decrement::Response> {
        if (!count(from, request, &PNCounter::decrement)) return Error::kTimeout;
        return Decrement::Response();
      });
  env_.spawn("save", [this] { keep_saving(); });
  if (options_.connections) {
    listen();
    const std::vector<NodeId> peers = others();
    const Duration interval = options_.gossip_interval * static_cast<int64_t>(peers.size());
    for (const NodeId peer : peers) {
      env_.spawn("gossip", [this, peer, interval] { keep_connected(peer, interval); });
    }
  } else {
    env_.spawn("gossip", [this] { keep_gossiping(); });
  }
}

void Replica::listen() {
  connections_ = std::make_unique<Connections>(env_);
  connections_->listen([this](Connection connection) {
    while (const Result<Gossip> gossip = connection.receive<Gossip>()) {
      learn(counters_from(gossip->counters()));
    }
  });
}

template <class Request>
bool Replica::count(NodeId client, const Request& request, Change change) {
  uint64_t& last = own_.last_operations[client];
  if (options_.rules.counts(last, request.operation())) {
    (own_.counters[request.key()].*change)(env_.self(), request.amount());
    last = request.operation();
    ++changes_;
    changed_.notify_all();
  } else {
    env_.reached("crdt_counter.request_came_again");
    if (request.operation() < last) return false;
  }
  make_visible();
  return true;
}

void Replica::make_visible() {
  const uint64_t mine = changes_;
  while (visible_changes_ < mine) saved_.wait();
}

void Replica::keep_saving() {
  for (;;) {
    while (visible_changes_ == changes_) changed_.wait();
    const OwnState saving = own_;
    const uint64_t changes = changes_;
    if (changes > visible_changes_ + 1) env_.reached("crdt_counter.saved_several_at_once");
    if (options_.rules.durable_before_visible()) {
      save(saving);
    }
    visible_changes_ = changes;
    learn(saving.counters);
    saved_.notify_all();
  }
}

// There may be room again later. Any other failure leaves open what the disk holds, which a restart
// finds out.
void Replica::save(const OwnState& own) {
  for (;;) {
    const Status saved = save_own(env_.disk(), own);
    if (saved) return;
    if (saved.error() != Error::kNoSpace) {
      env_.reached("crdt_counter.stopped_for_disk");
      env_.fail_stop("the disk failed");
    }
    env_.sleep(kRetrySave);
  }
}

std::vector<NodeId> Replica::others() const {
  std::vector<NodeId> others;
  for (const NodeId replica : options_.replicas) {
    if (replica != env_.self()) others.push_back(replica);
  }
  return others;
}

Gossip Replica::all_it_knows() {
  Gossip gossip;
  store(visible_, gossip.mutable_counters());
  return gossip;
}

void Replica::keep_gossiping() {
  const std::vector<NodeId> peers = others();
  for (;;) {
    env_.sleep(options_.gossip_interval);
    report();
    if (peers.empty()) continue;
    const NodeId partner = peers[env_.random(kPartner, peers.size())];
    env_.send(partner, all_it_knows());
  }
}

void Replica::keep_connected(NodeId other, Duration interval) {
  for (bool again = false;; again = true) {
    Result<Connection> connection = connections_->open(other, kConnect);
    if (connection && again) env_.reached("crdt_counter.connected_again");
    do {
      env_.sleep(interval);
      report();
    } while (connection && connection->send(all_it_knows()));
  }
}

void Replica::learn(const Counters& news) {
  const Counters before = visible_;
  merge(visible_, news, options_.rules);
  if (visible_ != before) report();
}

void Replica::report() {
  StateReport report;
  store(visible_, report.mutable_counters());
  env_.probe(report);
}

int64_t Replica::value_of(const std::string& key) const {
  const auto place = visible_.find(key);
  return place == visible_.end() ? 0 : place->second.value();
}

}  // namespace seedbed::crdt_counter

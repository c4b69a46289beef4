// Invariants:
//   1. The replica's own entries in visible_ are on its disk.
//   2. Nobody, client or replica, is told anything that is not in visible_.
#include "protocols/crdt_counter/replica.h"

#include <utility>

namespace seedbed::crdt_counter {
namespace {

constexpr Site kPartner("crdt_counter.gossip_partner", ChoiceClass::kAmbient);
// It gossips as version 1 does.
constexpr Site kTellAll("crdt_counter.tell_all", ChoiceClass::kFault);
// It tells nobody this time.
constexpr Site kSilent("crdt_counter.silent", ChoiceClass::kFault);
// It lets more requests gather, so many milliseconds, before it saves them.
constexpr Site kLateSave("crdt_counter.late_save", ChoiceClass::kFault);
constexpr Duration kRetrySave = 10ms;
constexpr Duration kConnect = 500ms;

}  // namespace

Replica::Replica(Env& env, ReplicaOptions options)
    : env_(env), options_(std::move(options)), changed_(env.scheduler()), saved_(env.scheduler()) {
  if (options_.version == Version::k2) news_.emplace(env.incarnation(), options_.rules);
}

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
  if (news_) {
    if (!own_.learned.empty()) env_.reached("crdt_counter.knew_others_at_start");
    merge(visible_, own_.learned);
  }
  report();

  env_.on<Gossip>([this](NodeId from, const Gossip& gossip) { take_in(from, gossip); });
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
      take_in(connection.peer(), *gossip);
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
    if (const uint64_t late = env_.buggify(kLateSave, 30)) {
      env_.sleep(std::chrono::milliseconds(late));
    }
    OwnState saving = own_;
    saving.learned = news_ ? visible_ : Counters();
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

Gossip Replica::gossip_for(NodeId peer) {
  Gossip gossip;
  if (news_ && !env_.buggify(kTellAll)) {
    gossip = news_->to(peer, visible_);
    if (gossip.counters_size() < static_cast<int>(visible_.size())) {
      env_.reached("crdt_counter.told_only_news");
    }
  } else {
    store(visible_, gossip.mutable_counters());
  }
  return gossip;
}

void Replica::take_in(NodeId peer, const Gossip& gossip) {
  if (news_) {
    if (gossip.number() == 0) env_.reached("crdt_counter.heard_version_1");
    news_->heard(peer, gossip);
  }
  learn(counters_from(gossip.counters()));
}

void Replica::keep_gossiping() {
  const std::vector<NodeId> peers = others();
  for (;;) {
    env_.sleep(options_.gossip_interval);
    report();
    if (peers.empty() || env_.buggify(kSilent)) continue;
    const NodeId partner = peers[env_.random(kPartner, peers.size())];
    env_.send(partner, gossip_for(partner));
  }
}

void Replica::keep_connected(NodeId other, Duration interval) {
  for (bool again = false;; again = true) {
    Result<Connection> connection = connections_->open(other, kConnect);
    if (connection && again) env_.reached("crdt_counter.connected_again");
    do {
      env_.sleep(interval);
      report();
    } while (connection && connection->send(gossip_for(other)));
  }
}

void Replica::learn(const Counters& news) {
  const Counters before = visible_;
  merge(visible_, news, options_.rules);
  env_.holds("counters", bytes_of(visible_));
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

// Invariant: whoever has merged every message with the number of `shown` knows all of it, because
// each of them carries what lies beyond `confirmed`, and entries only grow.
#include "protocols/crdt_counter/delta.h"

#include <algorithm>

namespace seedbed::crdt_counter {
namespace {

uint64_t incarnation_of(uint64_t number) { return number >> 32; }

}  // namespace

Counters beyond(const Counters& all, const Counters& known) {
  const PNCounter nothing;
  Counters news;
  for (const auto& [key, counter] : all) {
    const auto place = known.find(key);
    PNCounter more = counter.beyond(place == known.end() ? nothing : place->second);
    if (more != nothing) news.emplace(key, std::move(more));
  }
  return news;
}

Gossip DeltaGossip::to(NodeId peer, const Counters& visible) {
  Peer& other = peers_[peer];
  if (!other.shown) {
    if (other.last_number == 0) other.last_number = first_number_;
    other.shown = Shown{.number = ++other.last_number, .counters = visible};
  }
  Gossip gossip;
  gossip.set_number(other.shown->number);
  gossip.set_confirms(other.heard);
  store(beyond(visible, other.confirmed), gossip.mutable_counters());
  return gossip;
}

void DeltaGossip::heard(NodeId peer, const Gossip& gossip) {
  Peer& other = peers_[peer];
  const bool restarted =
      other.heard != 0 && incarnation_of(gossip.number()) != incarnation_of(other.heard);
  const bool late = gossip.number() != 0 && gossip.number() < other.heard;
  if (late) return;
  other.heard = gossip.number();
  if (restarted && rules_.restart_forgets()) {
    other.confirmed.clear();
    other.shown.reset();
    return;
  }
  if (!other.shown || gossip.confirms() != other.shown->number) return;
  other.confirmed = std::move(other.shown->counters);
  other.shown.reset();
}

}  // namespace seedbed::crdt_counter

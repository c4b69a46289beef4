// Delta gossip: telling each of the others only what it does not know yet.
//
//   DeltaGossip news(self_incarnation, rules);
//   env.send(peer, news.to(peer, visible));          // what peer has not confirmed
//   news.heard(peer, gossip);                        // ... and what it confirms
//
// Each message has a number, and confirms the newest number that was heard from the other side.
// What a message has shown is known to the other once its number is confirmed, until the other
// restarts: what it has learned and not saved is forgotten then, so that it is told everything
// again. A replica that confirms nothing, because its code is older, is sent everything every time.
//
// P. S. Almeida, A. Shoker, C. Baquero: "Delta state replicated data types", JPDC 2018, algorithm
// 2, with whole states in the place of intervals of deltas: counters are small.
#pragma once

#include <map>
#include <optional>

#include "protocols/crdt_counter/counters.h"

namespace seedbed::crdt_counter {

class DeltaGossip {
 public:
  // `incarnation` makes the numbers of this one different from those of the ones before.
  DeltaGossip(Incarnation incarnation, Rules rules)
      : first_number_(uint64_t{seedbed::number(incarnation)} << 32), rules_(rules) {}

  // What to tell `peer` now, of all that is `visible`.
  Gossip to(NodeId peer, const Counters& visible);
  // A gossip of the peer's has arrived, perhaps late or twice.
  void heard(NodeId peer, const Gossip& gossip);

 private:
  // Shown to a peer, and not confirmed yet.
  struct Shown {
    uint64_t number = 0;
    Counters counters;
  };
  struct Peer {
    uint64_t heard = 0;  // the newest of its numbers
    Counters confirmed;
    std::optional<Shown> shown;
    uint64_t last_number = 0;
  };

  uint64_t first_number_;
  Rules rules_;
  std::map<NodeId, Peer> peers_;
};

// The entries of `all` that are greater than those of `known`: known merged with them knows all.
Counters beyond(const Counters& all, const Counters& known);

}  // namespace seedbed::crdt_counter

// Replica: one server of the replicated counter.
//
// It answers every client on its own, however many of the others it can reach. Now and then it
// sends all it knows to one of them, at random; what is lost on the way arrives with a later
// message.
//
// What it has counted itself is on its disk before a client gets its answer and before another
// replica hears of it. The second matters as much as the first: an entry that was shown to others
// and then forgotten would be counted up again, for other increments, and the others could not tell
// them apart.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "protocols/crdt_counter/delta.h"
#include "protocols/crdt_counter/own_file.h"
#include "sim/core/wait.h"
#include "sim/world/connection.h"
#include "sim/world/process.h"

namespace seedbed::crdt_counter {

// Replicas of both may be live at once, and start from each other's disks.
enum class Version {
  k1,  // gossips all it knows, and saves its own entries only
  k2,  // gossips what the other does not know yet (delta.h), and saves what it has learned as well
};

struct ReplicaOptions {
  std::vector<NodeId> replicas;  // all of them
  Duration gossip_interval = 50ms;
  bool connections = false;  // gossip goes over connections, one to each other replica
  Version version = Version::k2;
  Rules rules;
};

class Replica final : public Process {
 public:
  Replica(Env& env, ReplicaOptions options);

  // Blocks until the disk has been read; nothing is served before.
  void start() override;

 private:
  // What is done to an entry: GCounter::increment of one of its halves.
  using Change = void (PNCounter::*)(NodeId replica, uint64_t by);

  // Counts the request, unless it has been; true once it is durable and visible, false if nothing
  // can be said of it. Blocks.
  template <class Request>
  bool count(NodeId client, const Request& request, Change change);
  // Blocks until what is counted up in `own_` is durable and visible.
  void make_visible();
  // Writes `own_` out whenever it has changed, one write for all that came meanwhile.
  void keep_saving();
  // Blocks until `own` is durable, or ends the process.
  void save(const OwnState& own);
  void keep_gossiping();
  // The same over connections, to one other.
  void keep_connected(NodeId other, Duration interval);
  void listen();
  std::vector<NodeId> others() const;
  Gossip gossip_for(NodeId peer);
  void take_in(NodeId peer, const Gossip& gossip);
  void learn(const Counters& news);
  void report();
  int64_t value_of(const std::string& key) const;

  Env& env_;
  ReplicaOptions options_;
  OwnState own_;          // ahead of what anybody may see
  Counters visible_;      // what it answers and gossips: durable, and what the others have told
  uint64_t changes_ = 0;  // of own_
  uint64_t visible_changes_ = 0;  // of them, those that are in visible_
  Signal changed_;
  Signal saved_;
  std::optional<DeltaGossip> news_;           // of version 2
  std::unique_ptr<Connections> connections_;  // if it uses them
};

}  // namespace seedbed::crdt_counter

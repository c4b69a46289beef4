// Cluster: pure Raft servers, a network that may do anything but forge, and disks that take their
// time, driven by a seed. No simulator: a step of a server is a function call, so a run takes a
// millisecond and a hundred thousand of them a coffee break.
//
//   Cluster cluster(ClusterOptions::for_seed(17));
//   cluster.run();
//   ASSERT_FALSE(cluster.violation()) << *cluster.violation();
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "protocols/raft/raft.h"
#include "tests/raft/ghost.h"
#include "tests/raft/test_disk.h"
#include "tests/random.h"

namespace seedbed::raft {

// How often what happens: relative weights of one step's choices.
struct Weights {
  uint64_t deliver = 300;
  uint64_t drop = 0;
  uint64_t duplicate = 0;
  uint64_t disk = 200;
  uint64_t time = 60;
  uint64_t nudge = 0;
  uint64_t propose = 40;
  uint64_t crash = 0;
  uint64_t restart = 20;
  uint64_t cut = 0;
  uint64_t mend = 10;
  uint64_t compact = 0;
  uint64_t change = 0;
  uint64_t transfer = 0;

  uint64_t sum() const {
    return deliver + drop + duplicate + disk + time + nudge + propose + crash + restart + cut +
           mend + compact + change + transfer;
  }
};

struct ClusterOptions {
  uint64_t seed = 0;
  uint64_t servers = 3;
  uint64_t spares = 0;  // as many more may be taken in
  uint64_t steps = 600;
  Weights weights;
  uint64_t reorder = 0;        // per mille of deliveries out of order
  uint64_t lazy = 0;           // per mille of inputs after which effects are not taken at once
  uint64_t repeat = 300;       // per mille of commands that a client repeats
  uint64_t time_step_ms = 20;  // at most so much passes in one step
  Config config;               // of every server, but for self and voters
  Mutant mutant = Mutant::kNone;
  bool consequences_only = false;  // see Ghost

  // Draws everything from the seed: each run is fond of some faults and free of others (swarm
  // testing, Groce et al. 2012).
  static ClusterOptions for_seed(uint64_t seed, Mutant mutant = Mutant::kNone);
};

class Cluster {
 public:
  explicit Cluster(const ClusterOptions& options);

  // The faulty phase, then heal() and an orderly phase in which the cluster must make progress.
  void run();

  const std::optional<std::string>& violation() const { return ghost_.violation(); }
  const Ghost& ghost() const { return ghost_; }
  // True if every step was applied everywhere after healing, within the bound.
  bool recovered() const { return recovered_; }
  uint64_t stale_completions() const { return stale_completions_; }
  // Snapshots that replaced the log of a follower that was up.
  uint64_t installed() const { return installed_; }
  // Configurations that were committed, and those of them that were joint.
  uint64_t configurations() const { return configurations_; }
  uint64_t joint_configurations() const { return joint_; }

 private:
  struct Server {
    std::optional<Raft> raft;
    TestDisk disk;
    uint64_t incarnation = 0;
    LogIndex applied = 0;
    Duration clock_offset{};
  };
  struct Packet {
    NodeId from{};
    NodeId to{};
    Message message;
  };

  void step();
  void heal();
  bool settle();
  void deliver_one();
  void deliver(const Packet& packet);
  void complete_disk(size_t server);
  void pass_time(Duration duration);
  void nudge(size_t server);
  void propose();
  void compact(size_t server);
  void change();
  void transfer();
  std::optional<size_t> some_leader();
  std::string next_command();
  void start(size_t server);
  void crash(size_t server);
  void cut();

  // Runs `input` on a server that is up and carries out what it wants done.
  template <class Input>
  void with(size_t server, Input input);
  void carry_out(size_t server);
  NodeTime clock(size_t server) const { return now_ + servers_[server].clock_offset; }
  size_t pick_server() { return random_.below(servers_.size()); }
  std::vector<Witnessed> witnessed() const;
  Witnessed witnessed(size_t server) const;
  NodeId id(size_t server) const { return NodeId{static_cast<uint32_t>(server + 1)}; }

  ClusterOptions options_;
  Random random_;
  NodeTime now_{};
  std::vector<Server> servers_;
  std::vector<Packet> network_;
  std::set<std::pair<NodeId, NodeId>> cuts_;
  Ghost ghost_;
  uint64_t session_ = 0;
  uint64_t sequence_ = 0;
  uint64_t stale_completions_ = 0;
  uint64_t installed_ = 0;
  uint64_t configurations_ = 0;
  uint64_t joint_ = 0;
  bool recovered_ = false;
};

}  // namespace seedbed::raft

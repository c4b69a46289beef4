// World: the virtual machine room. Nodes, the network between them, and the hands that break them.
//
//   World world(scheduler, {.network = {...}});
//   NodeId n1 = world.add_node({.name = "n1", .process = make_replica});
//   world.start(n1);
//   scheduler.run();
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sim/core/scheduler.h"
#include "sim/world/network.h"
#include "sim/world/node.h"

namespace seedbed {

struct WorldOptions {
  NetworkOptions network;
};

class World {
 public:
  World(Scheduler& scheduler, WorldOptions options);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // Adds a machine, which is down; ids are given from 1 in order.
  NodeId add_node(NodeOptions options);
  // Uses up the next id: there is no such machine.
  NodeId skip_node();
  void start(NodeId id) { node(id).start(); }

  Node& node(NodeId id);
  // Tells every process what an operator wants (Process::operate). Not from a task.
  void operate(std::string_view order, NodeId about);
  size_t node_count() const { return nodes_.size(); }
  Network& network() { return network_; }
  const Network& network() const { return network_; }
  Scheduler& scheduler() { return scheduler_; }

  // "n1"; "world" for kWorld.
  std::string name_of(NodeId id) const;
  // Sums over all disks.
  DiskFaultCounts disk_faults() const;
  // Processes that were killed because they held too much memory.
  uint64_t memory_kills() const;

 private:
  Scheduler& scheduler_;
  Network network_;  // outlives the nodes, which hold packets
  std::deque<std::unique_ptr<Node>> nodes_;
};

}  // namespace seedbed

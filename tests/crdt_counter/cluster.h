// A small world for tests: three replicas, four clients, trouble for two seconds, then peace.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "protocols/crdt_counter/rules.h"
#include "sim/check/checker.h"
#include "sim/run/client_process.h"
#include "sim/run/protocol.h"
#include "sim/world/world.h"

namespace seedbed::crdt_counter {

struct ClusterOptions {
  uint64_t seed = 1;
  std::string mutant;
  NetworkOptions network;
  bool crashes = false;
  uint64_t operations = 60;  // of each client
};

class Cluster {
 public:
  explicit Cluster(const ClusterOptions& options);
  ~Cluster();

  // Clients work, faults come and go, everything heals, replicas agree.
  RunEnd run();

  // Complete after run().
  const CheckResult& result(std::string_view check) const;
  // The name of the first check that found a violation; empty if none did.
  std::string violated() const;
  const std::vector<CheckResult>& results() const { return results_; }
  Scheduler& scheduler() { return scheduler_; }
  World& world() { return world_; }
  std::vector<std::string> names() const { return {"n1", "n2", "n3", "c1", "c2", "c3", "c4"}; }
  const Setup& setup() const { return setup_; }
  const ProtocolSpec& spec() const { return spec_; }

 private:
  void add_nodes();
  class Crash;
  void plan_crashes();

  ClusterOptions options_;
  ProtocolSpec spec_;
  Choices choices_;
  StackPool stacks_;
  Scheduler scheduler_;
  World world_;
  Setup setup_;
  TaskGroup director_;
  Signal client_done_;
  size_t clients_done_ = 0;
  std::deque<ClientProgress> progress_;
  std::vector<std::unique_ptr<Crash>> crashes_;
  std::vector<std::unique_ptr<Checker>> checkers_;
  std::vector<CheckResult> results_;
};

}  // namespace seedbed::crdt_counter

// Simulation: one run of one scenario, from the first instant to the verdict.
//
// Phases: the nodes start; clients work while faults come and go; at faults.end_ms everything
// heals; clients do their final operations; after a quiet time for replicas to agree, the run ends.
// Without progress it ends at its bound, and the liveness checks say so.
//
// Everything it makes is made inside the run's arena (see run.h), where it is dropped wholesale; on
// an ordinary heap its destructor unwinds every fiber.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/core/scheduler.h"
#include "sim/fault/injector.h"
#include "sim/run/client_process.h"
#include "sim/run/scenario.h"
#include "sim/run/script.h"
#include "sim/run/verdict.h"
#include "sim/world/world.h"

namespace seedbed {

class Tallies;

class Simulation {
 public:
  // `scenario` is resolved, and outlives the simulation, as do the watchers, the stacks and the
  // script, which may be null. `more_faults` come to those that the scenario draws.
  Simulation(const Scenario& scenario, uint64_t seed, StackPool& stacks,
             const std::vector<EventSink*>& watchers, const run::Script* script, bool log_choices,
             const FaultPlan& more_faults = {});
  ~Simulation();
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;

  // Runs to the end. Call once.
  void execute();

  // What was seen; complete after execute(). All of it is copied.
  void report(RunResult& result) const;
  // The script that makes this run again: the faults that fired. Choices were logged. Call it
  // outside of the run's memory.
  run::Script script() const;

 private:
  void follow_script();
  bool absent(std::string_view name) const;
  std::optional<std::vector<uint64_t>> kept_operations(std::string_view client) const;
  std::vector<std::string> stale_lines() const;
  std::vector<ProcessFactory> earlier_versions() const;
  void add_servers();
  void add_clients();
  void add_checkers(const std::vector<EventSink*>& watchers);
  void add_faults(const FaultPlan& more);
  void direct();
  Tally count_faults() const;
  void client_done() {
    ++clients_done_;
    clients_changed_.notify_all();
  }

  const Scenario& scenario_;
  uint64_t seed_;
  const run::Script* script_;
  Choices choices_;
  Scheduler scheduler_;
  World world_;
  Setup setup_;
  std::vector<std::unique_ptr<Checker>> checkers_;
  std::unique_ptr<EventSink> coverage_;
  std::unique_ptr<Tallies> tallies_;
  std::unique_ptr<Injector> injector_;
  TaskGroup director_;
  Signal clients_changed_;
  size_t clients_done_ = 0;
  std::deque<ClientProgress> clients_progress_;
};

// The checkers of a scenario and their setup, as live runs and offline checks make them alike.
Setup make_setup(const Scenario& scenario, const run::Script* script = nullptr);
std::vector<std::unique_ptr<Checker>> make_checkers(const Scenario& scenario, const Setup& setup);

// "n1", "n2", "c3": servers first, then clients, each with the number of its node; 0 is "world".
std::vector<std::string> node_names(const Scenario& scenario);

// How many operations must end ok for a run to mean anything.
uint64_t minimum_ok(const Scenario& scenario);

}  // namespace seedbed

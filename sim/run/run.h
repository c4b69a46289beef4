// Runner: runs scenarios by seed, one after the other in one process, each in a fresh arena.
//
//   Runner runner;
//   RunResult result = runner.run(scenario, 42);
//
// The first run of a scenario is rehearsed: a whole run with the same seed on the ordinary heap, so
// that libraries build their lazy tables where they may stay. What the code under test does only
// once for each process, such as reading an environment variable into a static, it does there: if
// the guard (sim/core/guard.h) refuses it, the first run ends as if it had been refused. A run is a
// function of (scenario, seed, revision): the millionth gives what the first gave.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "sim/core/stack_pool.h"
#include "sim/fault/fault_plan.h"
#include "sim/run/scenario.h"
#include "sim/run/script.h"
#include "sim/run/verdict.h"

namespace seedbed {

struct RunOptions {
  // Told of every event of the run, inside it: they may keep nothing in memory of their own except
  // in a RunArena::Outside scope.
  std::vector<EventSink*> watchers;
  // Replaces what the seed would choose of the fault class; the scenario is resolved already.
  const run::Script* script = nullptr;
  // Keeps the faults that fired, as script(); costs time.
  bool log_choices = false;
  // Faults that come to those of the scenario, within the same bounds; with ids of their own.
  FaultPlan more_faults;
  // For determinism tests: shifts and refills the arena and repaints the stacks of fibers; and
  // alternates between the arena's halves. A run whose trace changes with them reads memory that it
  // has not written, or depends on an address, or on what an earlier run left behind.
  uint64_t salt = 0;
  bool alternate = false;
};

class Runner {
 public:
  Runner();
  ~Runner();
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  // One run, with what the seed decides about the scenario's shape resolved.
  RunResult run(const Scenario& scenario, uint64_t seed, const RunOptions& options = {});

  // The script that makes the last run again, if it logged its choices.
  const run::Script& script() const { return script_; }

 private:
  // What the guard refused in it; empty if nothing, or if there was no rehearsal.
  std::string rehearse(const Scenario& resolved, uint64_t seed);
  RunResult run_inside(const Scenario& resolved, uint64_t seed, const RunOptions& options);

  StackPool stacks_;
  std::set<std::string> rehearsed_;  // scenario and mutant
  run::Script script_;
};

// Every message type of the files that these types come from, built and sent through reflection and
// text once, so that protobuf's lazy tables exist before a run. Part of the rehearsal.
void build_message_tables(const google::protobuf::Message& any_of_the_file);

}  // namespace seedbed

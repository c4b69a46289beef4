// A world in which every fault of a machine shows: its servers write, sync and read files, and how
// long they sleep depends on all that they read, on disks and on clocks.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "sim/core/hash.h"
#include "sim/fault/injector.h"

namespace seedbed {

class BusyProcess final : public Process {
 public:
  explicit BusyProcess(Env& env) : env_(env) {}

  void start() override {
    must(env_.disk().write("log", 0, "").await());
    must(env_.disk().sync_directory("").await());
    uint64_t end = look();
    for (uint64_t i = 0;; ++i) {
      must(
          env_.disk().write("log", end, std::string(600, static_cast<char>('a' + i % 26))).await());
      end += 600;
      must(env_.disk().sync("log").await());
      if (i % 3 == 0) end = look();
      const TimeInterval interval = env_.interval_now();
      sleep_by(static_cast<uint64_t>(nanoseconds(env_.wall_now())));
      sleep_by(static_cast<uint64_t>(nanoseconds(interval.earliest)));
    }
  }

 private:
  template <class T>
  T must(Result<T> result) {
    if (!result) env_.fail_stop("a test's disk failed");
    return *std::move(result);
  }
  // Returns how long the file is.
  uint64_t look() {
    const std::string bytes = must(env_.disk().read("log", 0, 1 << 20).await());
    sleep_by(hash_bytes(bytes));
    return bytes.size();
  }
  void sleep_by(uint64_t bits) { env_.sleep(Duration(5ms) + Duration(scramble(bits) % 1'000'000)); }

  Env& env_;
};

// What happened, but for what a fault says of itself.
class Happenings final : public EventSink {
 public:
  using Happening = std::tuple<EventKind, NodeId, Time, uint64_t, uint64_t>;
  void on_event(const TraceEvent& event) override {
    switch (event.kind) {
      case EventKind::kAssumption: assumptions.emplace_back(event.name); return;
      case EventKind::kFaultBegin:
      case EventKind::kFaultEnd:
      case EventKind::kClock: return;
      default: all.emplace_back(event.kind, event.node, event.time, event.id, event.value);
    }
  }
  std::vector<Happening> all;
  std::vector<std::string> assumptions;
};

struct FaultWorld {
  explicit FaultWorld(DiskOptions disk = {}, Tolerance promised = {}) {
    for (const char* name : {"n1", "n2", "n3"}) {
      servers.push_back(
          world.add_node({.name = name,
                          .process = [](Env& env) { return std::make_unique<BusyProcess>(env); },
                          .earlier = {[](Env& env) { return std::make_unique<BusyProcess>(env); }},
                          .disk = disk,
                          .clock = Clock(),
                          .interval_clock = {.min_period = 1s, .max_period = 2s}}));
      world.start(servers.back());
    }
    options = {.promised = promised,
               .allowed = {.servers_down = 3,
                           .survives_power_loss = true,
                           .disks_lost = 3,
                           .clock_drift_ppm = 1'000'000,
                           .clock_error = 1h},
               .topology = {.servers = servers}};
    scheduler.stream().watch(happenings);
  }

  // n1 crashes after 1.5 s in any case.
  void run(FaultPlan plan) {
    plan.faults.push_back({.id = 99,
                           .kind = FaultKind::kCrash,
                           .begin = {.at = kStart + 1500ms},
                           .duration = 100ms,
                           .targets = {servers[0]}});
    injector = std::make_unique<Injector>(world, options, std::move(plan));
    scheduler.stream().watch(*injector);
    injector->arm();
    scheduler.run();
  }

  Choices choices{1};
  StackPool stacks;
  Scheduler scheduler{choices, stacks, {.limits = {.end = kStart + 4s}}};
  Happenings happenings;
  World world{scheduler, {}};
  std::vector<NodeId> servers;
  InjectorOptions options;
  std::unique_ptr<Injector> injector;
};

// The fault, at n1, from 100 ms on.
inline FaultPlan plan_of(FaultKind kind, int64_t magnitude, Duration duration = 2s) {
  Fault fault{.id = 1,
              .kind = kind,
              .begin = {.at = kStart + 100ms},
              .duration = duration,
              .targets = {NodeId{1}},
              .magnitude = magnitude};
  if (info(kind).aim == Aim::kAllServers) fault.targets = {NodeId{1}, NodeId{2}, NodeId{3}};
  return {.faults = {fault}};
}

// Runs one seed with the fault and without: it fires, and something else is not as it was.
inline void expect_to_fire_and_matter(FaultKind kind, int64_t magnitude) {
  FaultWorld with;
  with.run(plan_of(kind, magnitude));
  FaultWorld without;
  without.run({});
  EXPECT_GT(with.injector->fired(kind), without.injector->fired(kind)) << to_string(kind);
  EXPECT_NE(with.happenings.all, without.happenings.all) << to_string(kind);
}

}  // namespace seedbed

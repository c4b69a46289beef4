// A small world for tests: processes are functions, and everything that happens is kept.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sim/world/sim_env.h"
#include "sim/world/world.h"

namespace seedbed {

using namespace std::chrono_literals;

class FunctionProcess final : public Process {
 public:
  FunctionProcess(Env& env, std::function<void(Env&)> body) : env_(env), body_(std::move(body)) {}
  void start() override { body_(env_); }

 private:
  Env& env_;
  std::function<void(Env&)> body_;
};

struct KeptEvent {
  EventKind kind;
  NodeId node;
  NodeId peer;
  uint64_t id;
  uint64_t value;
  std::string name;
  std::string bytes;
  Time time;
};

class EventKeeper final : public EventSink {
 public:
  void on_event(const TraceEvent& event) override {
    events.push_back({event.kind, event.node, event.peer, event.id, event.value,
                      std::string(event.name), std::string(event.bytes), event.time});
  }
  size_t count(EventKind kind) const {
    size_t count = 0;
    for (const KeptEvent& event : events) count += event.kind == kind ? 1 : 0;
    return count;
  }
  std::vector<KeptEvent> events;
};

class OnceAt final : public Action {
 public:
  OnceAt(Scheduler& scheduler, Time at, std::function<void()> what)
      : scheduler_(scheduler), what_(std::move(what)) {
    scheduler.schedule(*this, at);
  }
  ~OnceAt() { scheduler_.cancel(*this); }
  void fire() override { what_(); }

 private:
  Scheduler& scheduler_;
  std::function<void()> what_;
};

struct SmallWorld {
  explicit SmallWorld(NetworkOptions network = {}, uint64_t seed = 1)
      : choices(seed),
        scheduler(choices, stacks, {.limits = {.end = kStart + 60s}}),
        world(scheduler, {.network = network}) {
    scheduler.stream().watch(kept);
  }

  NodeId add(const std::string& name, std::function<void(Env&)> body, DiskOptions disk = {},
             Clock clock = Clock()) {
    return world.add_node(
        {.name = name,
         .process = [body](Env& env) { return std::make_unique<FunctionProcess>(env, body); },
         .disk = disk,
         .clock = clock});
  }
  void start_all() {
    for (size_t i = 1; i <= world.node_count(); ++i) world.start(NodeId{static_cast<uint32_t>(i)});
  }
  void at(Duration when, std::function<void()> what) {
    later.push_back(std::make_unique<OnceAt>(scheduler, kStart + when, std::move(what)));
  }

  std::vector<std::string> said;  // outlives the world, whose end unwinds processes
  Choices choices;
  StackPool stacks;
  Scheduler scheduler;
  EventKeeper kept;
  World world;
  std::vector<std::unique_ptr<OnceAt>> later;
};

class WorldTest : public ::testing::Test, protected SmallWorld {
 protected:
  using SmallWorld::SmallWorld;
};

}  // namespace seedbed

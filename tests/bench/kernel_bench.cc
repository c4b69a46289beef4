// The kernel: nodes that call each other, beside a bare loop that does only what any such simulator
// must (see bare_loop.h). Rates are messages per second of processor time: one message is sent,
// travels and arrives, which is two events of the trace, one action of the queue and one switch to
// a fiber.
//
//   seedbed_bench --benchmark_filter='Bare|World' --benchmark_repetitions=9
//                 --benchmark_enable_random_interleaving=true  # compare rows of one process
//
// /N is the number of nodes. With many of them each node talks to eight neighbours, as nodes of
// large systems do; the rows AllToAll show what it costs when nearly every message is the first on
// its link, and MostlyIdle a large system in which only five nodes have clients.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <optional>
#include <string>

#include "sim/core/arena.h"
#include "sim/trace/recorder.h"
#include "sim/trace/trace.pb.h"
#include "sim/world/world.h"
#include "tests/bench/bare_loop.h"
#include "tests/bench/echo.pb.h"

namespace seedbed {
namespace {

constexpr uint32_t kClients = 4;  // on each node
constexpr uint32_t kNeighbours = 8;

struct Shape {
  uint32_t nodes;
  uint32_t peers;   // of each node
  uint32_t active;  // nodes that have clients
  // A client makes a call in 2 ms of virtual time: some 200,000 messages, and at least 200 by each.
  Time end() const {
    return kStart + std::max<Duration>(50s / static_cast<int64_t>(active), 200ms);
  }
};

Shape neighbours(const benchmark::State& state) {
  const auto nodes = static_cast<uint32_t>(state.range(0));
  return {nodes, std::min(nodes - 1, kNeighbours), nodes};
}
Shape all_to_all(const benchmark::State& state) {
  const auto nodes = static_cast<uint32_t>(state.range(0));
  return {nodes, nodes - 1, nodes};
}
Shape mostly_idle(const benchmark::State& state) {
  const auto nodes = static_cast<uint32_t>(state.range(0));
  return {nodes, kNeighbours, 5};
}

// Enough for four clients on each of 5,000 nodes, and what serves them.
StackPoolOptions many_stacks() { return {.usable_bytes = 16 << 10, .limit = 25'000}; }
Limits wide_limits(Time end) {
  return {.end = end, .events = 1'000'000'000, .queue = 10'000'000, .tasks = 25'000};
}

void BM_BareLoop(benchmark::State& state) {
  StackPool stacks(many_stacks());
  const Shape shape = neighbours(state);
  uint64_t messages = 0;
  for (auto _ : state) {
    state.PauseTiming();
    auto loop = std::make_unique<bench::BareLoop>(shape.nodes, shape.peers, kClients, stacks);
    state.ResumeTiming();
    messages += loop->run(shape.end());
    benchmark::DoNotOptimize(loop->hash());
    state.PauseTiming();
    loop.reset();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(static_cast<int64_t>(messages));
}

// --- The same through World, Env and Network ---

class EchoNode final : public Process {
 public:
  EchoNode(Env& env, Shape shape) : env_(env), shape_(shape) {}
  void start() override {
    env_.serve<echo::Echo>([](NodeId, const echo::Echo::Request& request) {
      echo::Echo::Response response;
      response.set_number(request.number());
      return response;
    });
    if (number(env_.self()) > shape_.active) return;
    for (uint32_t i = 0; i < kClients; ++i) {
      env_.spawn("client", [this] { call_for_ever(); });
    }
  }

 private:
  void call_for_ever() {
    constexpr Site kPeer("bench.peer", ChoiceClass::kAmbient);
    for (uint64_t call = 0;; ++call) {
      const uint64_t step = 1 + env_.random(kPeer, shape_.peers);
      const NodeId peer{static_cast<uint32_t>((number(env_.self()) - 1 + step) % shape_.nodes + 1)};
      echo::Echo::Request request;
      request.set_number(call);
      benchmark::DoNotOptimize(env_.call<echo::Echo>(peer, std::move(request), 100ms));
    }
  }
  Env& env_;
  Shape shape_;
};

// How much memory a run takes in its second half, when it should need no more.
class Growth final : public Action {
 public:
  explicit Growth(World& world) : world_(world) {}
  void fire() override {
    bytes_ = RunArena::used();
    messages_ = world_.network().messages();
  }
  double bytes_per_message() const {
    return static_cast<double>(RunArena::used() - bytes_) /
           static_cast<double>(world_.network().messages() - messages_);
  }

 private:
  World& world_;
  size_t bytes_ = 0;
  uint64_t messages_ = 0;
};

struct EchoWorld {
  EchoWorld(Shape shape, NetworkOptions network, StackPool& stacks)
      : scheduler(choices, stacks, {.limits = wide_limits(shape.end())}),
        world(scheduler, {.network = network}),
        growth(world) {
    for (uint32_t i = 1; i <= shape.nodes; ++i) {
      world.add_node({.name = fmt::format("n{}", i), .process = [shape](Env& env) {
                        return std::make_unique<EchoNode>(env, shape);
                      }});
    }
    scheduler.schedule(growth, kStart + (shape.end() - kStart) / 2);
  }
  uint64_t run() {
    for (uint32_t i = 1; i <= world.node_count(); ++i) world.start(NodeId{i});
    scheduler.run();
    return world.network().messages();
  }

  Choices choices{1};
  Scheduler scheduler;
  World world;
  Growth growth;
};

// Writes a trace to memory, if it is on; made outside the run's arena.
class Tracing {
 public:
  explicit Tracing(bool on) : on_(on) {}
  // A new trace, of this world. Outside of the run, as the recorder is.
  void begin() {
    file_.clear();
    if (on_) recorder_.emplace(trace::Header(), [this](std::string_view bytes) { file_ += bytes; });
  }
  void watch(EchoWorld& world) {
    if (on_) world.scheduler.stream().watch(*recorder_);
  }
  void finish(EchoWorld& world) {
    const RunArena::Outside outside;
    if (on_) recorder_->finish("pass", {.light = world.scheduler.stream().hash()});
  }
  double bytes_per_event() const {
    if (!on_) return 0;
    return static_cast<double>(file_.size()) / static_cast<double>(recorder_->events());
  }

 private:
  bool on_;
  std::string file_;
  std::optional<Recorder> recorder_;
};

void run_worlds(benchmark::State& state, Shape shape, NetworkOptions network, bool traced = false) {
  StackPool stacks(many_stacks());
  EchoWorld(shape, network, stacks).run();  // rehearsal
  Tracing tracing(traced);
  uint64_t messages = 0;
  double growth = 0;
  for (auto _ : state) {
    state.PauseTiming();
    stacks.release_all();
    RunArena::reset();
    tracing.begin();
    {
      RunArena::Inside inside;
      auto* world = new EchoWorld(shape, network, stacks);  // the arena drops it
      tracing.watch(*world);
      state.ResumeTiming();
      messages += world->run();
      tracing.finish(*world);
      state.PauseTiming();
      growth = world->growth.bytes_per_message();
    }
    state.ResumeTiming();
  }
  stacks.release_all();
  state.SetItemsProcessed(static_cast<int64_t>(messages));
  state.counters["bytes_per_message"] = growth;
  if (traced) state.counters["trace_bytes_per_event"] = tracing.bytes_per_event();
}

constexpr NetworkOptions kFaults{
    .loss = Ratio::permille(10), .duplicate = Ratio::permille(10), .reorder = Ratio::permille(10)};

void BM_World(benchmark::State& state) { run_worlds(state, neighbours(state), {}); }
void BM_WorldAllToAll(benchmark::State& state) { run_worlds(state, all_to_all(state), {}); }
void BM_WorldMostlyIdle(benchmark::State& state) { run_worlds(state, mostly_idle(state), {}); }
void BM_WorldWithNetworkFaults(benchmark::State& state) {
  run_worlds(state, neighbours(state), kFaults);
}
void BM_WorldWithFaultsAndTrace(benchmark::State& state) {
  run_worlds(state, neighbours(state), kFaults, /*traced=*/true);
}

BENCHMARK(BM_BareLoop)->Arg(5)->Arg(50)->Arg(500)->Arg(5000)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_World)->Arg(5)->Arg(50)->Arg(500)->Arg(5000)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_WorldAllToAll)->Arg(50)->Arg(500)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_WorldMostlyIdle)->Arg(5000)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_WorldWithNetworkFaults)->Arg(5)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_WorldWithFaultsAndTrace)->Arg(5)->Unit(benchmark::kMillisecond);

// --- Messages without fibers ---

constexpr uint32_t kRing = 5;

// Passes every token on as a new message with 64 bytes in it.
class TokenRing final : public Process {
 public:
  explicit TokenRing(Env& env) : env_(env), next_{number(env.self()) % kRing + 1} {}
  void start() override {
    env_.on<echo::Token>([this](NodeId, const echo::Token& token) { pass(token.hops() + 1); });
    for (int i = 0; i < 4; ++i) pass(0);
  }

 private:
  void pass(uint64_t hops) {
    echo::Token token;
    token.set_hops(hops);
    token.set_payload(std::string(64, 'x'));
    env_.send(next_, std::move(token));
  }
  Env& env_;
  NodeId next_;
};

uint64_t run_token_ring(StackPool& stacks) {
  Choices choices(1);
  Scheduler scheduler(choices, stacks, {.limits = wide_limits(kStart + 10s)});
  World world(scheduler, {});
  for (uint32_t i = 1; i <= kRing; ++i) {
    world.add_node({.name = fmt::format("n{}", i),
                    .process = [](Env& env) { return std::make_unique<TokenRing>(env); }});
  }
  for (uint32_t i = 1; i <= kRing; ++i) world.start(NodeId{i});
  scheduler.run();
  return world.network().messages();
}

void BM_ProtobufMessages(benchmark::State& state) {
  StackPool stacks(many_stacks());
  run_token_ring(stacks);  // rehearsal
  uint64_t messages = 0;
  for (auto _ : state) {
    RunArena::reset();
    RunArena::Inside inside;
    messages += run_token_ring(stacks);
  }
  state.SetItemsProcessed(static_cast<int64_t>(messages));
}
BENCHMARK(BM_ProtobufMessages)->Unit(benchmark::kMillisecond);

// --- Parts ---

void BM_ChoiceDraw(benchmark::State& state) {
  constexpr Site kSite("bench.draw", ChoiceClass::kAmbient);
  Choices choices(1);
  const Scope scope = choices.scope("n1->n2 Echo");
  uint64_t ordinal = 0;
  for (auto _ : state) benchmark::DoNotOptimize(choices.ambient(kSite, scope, ++ordinal));
}
BENCHMARK(BM_ChoiceDraw);

struct Nothing final : Action {
  void fire() override {}
};

// Arms an election timer and disarms it, with that many others pending.
void BM_TimerSetCancel(benchmark::State& state) {
  StackPool stacks(many_stacks());
  Choices choices(1);
  Scheduler scheduler(choices, stacks, {});
  std::vector<std::unique_ptr<Nothing>> others;
  for (int64_t i = 0; i < state.range(0); ++i) {
    others.push_back(std::make_unique<Nothing>());
    scheduler.schedule_in(*others.back(), 150ms + i * 37us);
  }
  Nothing timer;
  int64_t draws = 0;
  for (auto _ : state) {
    scheduler.schedule_in(timer, 150ms + Duration(++draws * 7919 % 150'000'000));
    scheduler.cancel(timer);
  }
}
BENCHMARK(BM_TimerSetCancel)->Arg(20)->Arg(1000);

size_t resident_bytes() {
  size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages >> pages;
  return pages * 4096;
}

// A node that serves something and whose first fiber sleeps.
class IdleNode final : public Process {
 public:
  explicit IdleNode(Env& env) : env_(env) {}
  void start() override {
    env_.serve<echo::Echo>(
        [](NodeId, const echo::Echo::Request&) { return echo::Echo::Response(); });
    for (;;) env_.sleep(1h);
  }

 private:
  Env& env_;
};

// Memory, not time: what the process grows by for each node.
void BM_IdleNode(benchmark::State& state) {
  const auto nodes = static_cast<uint32_t>(state.range(0));
  double bytes = 0;
  for (auto _ : state) {
    malloc_trim(0);
    const size_t before = resident_bytes();
    StackPool stacks;
    Choices choices(1);
    Scheduler scheduler(choices, stacks, {.limits = wide_limits(kStart + 1s)});
    World world(scheduler, {});
    for (uint32_t i = 1; i <= nodes; ++i) {
      world.add_node({.name = fmt::format("n{}", i),
                      .process = [](Env& env) { return std::make_unique<IdleNode>(env); }});
      world.start(NodeId{i});
    }
    scheduler.run();
    bytes = static_cast<double>(resident_bytes() - before) / nodes;
  }
  state.counters["resident_bytes_per_node"] = bytes;
}
BENCHMARK(BM_IdleNode)->Arg(5000)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace seedbed

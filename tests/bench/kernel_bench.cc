// The kernel: five nodes that call each other, against a bare loop that does only what any such
// simulator must (an event queue, a fiber switch, a hash), in one run.
//
// The work is the same on every row: each node has four clients; a client calls a random other node
// and waits for the answer or a timeout. For each call two messages travel, one timer is set and
// cancelled and two fibers are resumed. An "event" is a message that arrives.
#include <benchmark/benchmark.h>

#include <memory>
#include <vector>

#include "sim/core/arena.h"
#include "sim/core/fiber.h"
#include "sim/world/world.h"
#include "tests/bench/echo.pb.h"

namespace seedbed {
namespace {

constexpr uint64_t kEvents = 200'000;  // of one run
constexpr int kClients = 4;            // on each node

// --- The bare loop ---

// Queue, switch, hash, nothing else: fibers wake each other through the queue.
class BareLoop {
 public:
  explicit BareLoop(int nodes) {
    for (int i = 0; i < nodes * kClients; ++i) {
      clients_.push_back(std::make_unique<Client>(*this, static_cast<uint64_t>(i)));
    }
    for (int i = 0; i < nodes * kClients; ++i) {
      servers_.push_back(std::make_unique<Server>(*this));
    }
    for (size_t i = 0; i < clients_.size(); ++i) {
      clients_[i]->server = servers_[i].get();
      servers_[i]->client = clients_[i].get();
    }
  }
  ~BareLoop() {
    for (auto& client : clients_) client->fiber.kill();
    for (auto& server : servers_) server->fiber.kill();
  }

  uint64_t run(uint64_t events) {
    for (auto& server : servers_) server->fiber.resume();
    for (auto& client : clients_) client->fiber.resume();
    while (events_ < events) {
      Action* action = queue_.pop(kNever);
      now_ = action->time();
      action->fire();
    }
    return hash_.value();
  }

 private:
  struct Timer final : Action {
    void fire() override {}
  };
  struct Peer : Action {
    Peer(BareLoop& loop, Fiber::Entry entry) : loop(loop), fiber(loop.stacks_, entry, this) {}
    void fire() override {  // a message arrives
      loop.hash_.mix_in({.time = loop.now_, .kind = EventKind::kReceive, .id = ++loop.events_});
      fiber.resume();
    }
    void arrive_later() {
      const uint64_t bits = scramble(++loop.draws_);
      loop.queue_.push(*this, loop.now_ + loop.latency_.sample(bits));
    }
    BareLoop& loop;
    Fiber fiber;
  };
  struct Server;
  struct Client final : Peer {
    Client(BareLoop& loop, uint64_t) : Peer(loop, &Client::live) {}
    static void live(void* self) {
      auto& client = *static_cast<Client*>(static_cast<Peer*>(self));
      try {
        for (;;) {
          client.server->arrive_later();
          client.loop.queue_.push(client.timeout, client.loop.now_ + 100ms);
          Fiber::suspend();
          client.loop.queue_.cancel(client.timeout);
        }
      } catch (const ProcessKilled&) {
      }
    }
    Server* server = nullptr;
    Timer timeout;
  };
  struct Server final : Peer {
    explicit Server(BareLoop& loop) : Peer(loop, &Server::live) {}
    static void live(void* self) {
      auto& server = *static_cast<Server*>(static_cast<Peer*>(self));
      try {
        for (;;) {
          Fiber::suspend();
          server.client->arrive_later();
        }
      } catch (const ProcessKilled&) {
      }
    }
    Client* client = nullptr;
  };

  StackPool stacks_;
  EventQueue queue_;
  TraceHash hash_;
  Time now_ = kStart;
  uint64_t events_ = 0;
  uint64_t draws_ = 0;
  Delay latency_{.min = 200us, .mean = 1ms, .max = 100ms};
  std::vector<std::unique_ptr<Client>> clients_;
  std::vector<std::unique_ptr<Server>> servers_;
};

void BM_BareLoop(benchmark::State& state) {
  for (auto _ : state) {
    BareLoop loop(static_cast<int>(state.range(0)));
    benchmark::DoNotOptimize(loop.run(kEvents));
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * kEvents));
}

// --- The same through World, Env and Network ---

class EchoNode final : public Process {
 public:
  EchoNode(Env& env, uint32_t nodes) : env_(env), nodes_(nodes) {}
  void start() override {
    env_.serve<echo::Echo>([](NodeId, const echo::Echo::Request& request) {
      echo::Echo::Response response;
      response.set_number(request.number());
      return response;
    });
    for (int i = 0; i < kClients; ++i) {
      env_.spawn("client", [this] { call_for_ever(); });
    }
  }

 private:
  void call_for_ever() {
    constexpr Site kPeer("bench.peer", ChoiceClass::kAmbient);
    for (uint64_t number = 0;; ++number) {
      const uint64_t step = 1 + env_.random(kPeer, nodes_ - 1);
      const NodeId peer{
          static_cast<uint32_t>((seedbed::number(env_.self()) - 1 + step) % nodes_ + 1)};
      echo::Echo::Request request;
      request.set_number(number);
      benchmark::DoNotOptimize(env_.call<echo::Echo>(peer, std::move(request), 100ms));
    }
  }
  Env& env_;
  uint32_t nodes_;
};

class CountReceives final : public EventSink {
 public:
  CountReceives(Scheduler& scheduler, uint64_t stop_at) : scheduler_(scheduler), left_(stop_at) {}
  EventKinds interests() const override { return EventKinds(EventKind::kReceive); }
  void on_event(const TraceEvent&) override {
    if (--left_ == 0) scheduler_.stop(RunEnd::kCompleted);
  }

 private:
  Scheduler& scheduler_;
  uint64_t left_;
};

uint64_t run_world(uint32_t nodes, NetworkOptions network, StackPool& stacks) {
  Choices choices(1);
  Scheduler scheduler(choices, stacks, {});
  World world(scheduler, {.network = network});
  CountReceives count(scheduler, kEvents);
  scheduler.stream().watch(count);
  for (uint32_t i = 0; i < nodes; ++i) {
    world.add_node({.name = "n" + std::to_string(i + 1),
                    .process = [nodes](Env& env) { return std::make_unique<EchoNode>(env, nodes); },
                    .disk = {},
                    .clock = Clock()});
  }
  for (uint32_t i = 1; i <= nodes; ++i) world.start(NodeId{i});
  scheduler.run();
  return scheduler.stream().hash();
}

void run_in_arena(benchmark::State& state, NetworkOptions network) {
  StackPool stacks;
  const auto nodes = static_cast<uint32_t>(state.range(0));
  run_world(nodes, network, stacks);  // rehearsal
  for (auto _ : state) {
    RunArena::reset();
    RunArena::Inside inside;
    benchmark::DoNotOptimize(run_world(nodes, network, stacks));
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * kEvents));
}

void BM_World(benchmark::State& state) { run_in_arena(state, {}); }

void BM_WorldWithNetworkFaults(benchmark::State& state) {
  run_in_arena(state, {.loss = Ratio::permille(10),
                       .duplicate = Ratio::permille(10),
                       .reorder = Ratio::permille(10)});
}

BENCHMARK(BM_BareLoop)->Arg(5)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_World)->Arg(5)->Arg(50)->Arg(500)->Arg(5000)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_WorldWithNetworkFaults)->Arg(5)->Unit(benchmark::kMillisecond);

void BM_ChoiceDraw(benchmark::State& state) {
  constexpr Site kSite("bench.draw", ChoiceClass::kAmbient);
  Choices choices(1);
  const Scope scope = choices.scope("n1->n2 Echo");
  uint64_t ordinal = 0;
  for (auto _ : state) benchmark::DoNotOptimize(choices.ambient(kSite, scope, ++ordinal));
}
BENCHMARK(BM_ChoiceDraw);

}  // namespace
}  // namespace seedbed

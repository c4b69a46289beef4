// Raft: what a run of a real protocol costs, without checks and with every check on, beside each
// other. Rates are per second of processor time.
//
//   seedbed_bench --benchmark_filter=Raft --benchmark_repetitions=5
//                 --benchmark_enable_random_interleaving=true
//
// RaftIdle: five servers, 50 ms heartbeats, no client; the rate is simulated seconds.
// RaftSaturated/N: five servers and N clients for a simulated second, each of which puts 64 bytes,
// waits for the answer and puts again; the rate is operations that were acknowledged. The network
// and the disks have the delays that scenarios have by default, and no faults. MiB is what the last
// run took of its arena. RaftUnbatched: the same, with one entry in a message (§10.2.2 of Ongaro's
// dissertation without the batches; what comes to the disk while it syncs, it still takes at once).
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <vector>

#include "protocols/raft/raft.pb.h"
#include "protocols/raft/spec.h"
#include "sim/core/arena.h"
#include "sim/run/client_process.h"
#include "sim/run/run.h"
#include "sim/world/world.h"

namespace seedbed {
namespace {

constexpr uint32_t kServers = 5;

struct RaftShape {
  uint32_t clients = 0;
  Duration length{};
  bool checks = false;
  bool batches = true;
};

// Puts of 64 bytes, each different, on a thousand keys.
class Puts final : public Workload {
 public:
  explicit Puts(NodeId client) : client_(client) {}
  Operation next(uint64_t put) override {
    const uint64_t key = mix(number(client_), put) % 1000;
    return Operation::put(fmt::format("k{}", key),
                          fmt::format("{:032}{:032}", number(client_), put));
  }

 private:
  NodeId client_;
};

class Returns final : public EventSink {
 public:
  EventKinds interests() const override { return EventKinds(EventKind::kReturn); }
  void on_event(const TraceEvent& event) override {
    if (static_cast<Outcome>(event.value) == Outcome::kOk) ++ok_;
  }
  uint64_t ok() const { return ok_; }

 private:
  uint64_t ok_ = 0;
};

// Those of the spec, but that a message holds one entry.
const raft::wire::Options& unbatched(const ProtocolSpec& spec) {
  static const raft::wire::Options options = [&] {
    auto changed = dynamic_cast<const raft::wire::Options&>(*spec.default_options);
    changed.set_max_batch_bytes(1);
    return changed;
  }();
  return options;
}

Setup setup_for(const RaftShape& shape, const ProtocolSpec& spec) {
  Setup setup;
  uint32_t id = 0;
  while (id < kServers) setup.servers.push_back(NodeId{++id});
  while (id < kServers + shape.clients) setup.clients.push_back(NodeId{++id});
  setup.options = shape.batches ? spec.default_options : &unbatched(spec);
  setup.liveness_bound = 10s;
  return setup;
}

class RaftWorld {
 public:
  RaftWorld(const RaftShape& shape, const ProtocolSpec& spec, StackPool& stacks)
      : shape_(shape),
        spec_(spec),
        setup_(setup_for(shape, spec)),
        choices_(1),
        scheduler_(choices_, stacks,
                   {.limits = {.end = kStart + shape.length + 1s, .events = 1'000'000'000}}),
        world_(scheduler_, {.network = {.latency = {.min = 200us, .mean = 1ms, .max = 100ms}}}) {
    for (const NodeId server : setup_.servers) {
      world_.add_node({.name = fmt::format("n{}", number(server)),
                       .process = [this](Env& env) { return spec_.make_process(env, setup_); }});
    }
    for (const NodeId client : setup_.clients) add_client(client);
    scheduler_.stream().watch(returns_);
    if (!shape.checks) return;
    for (const CheckSpec& check : spec_.checks) {
      std::unique_ptr<Checker> checker = check.make(setup_);
      if (checker == nullptr) continue;  // it is about options that are off here
      checkers_.push_back(std::move(checker));
      scheduler_.stream().watch(*checkers_.back());
    }
  }

  // Returns how many operations ended ok.
  uint64_t run() {
    for (uint32_t i = 1; i <= world_.node_count(); ++i) world_.start(NodeId{i});
    scheduler_.run();
    for (const auto& checker : checkers_) {
      checker->finish();
      CHECK(!checker->violated());
    }
    return returns_.ok();
  }

 private:
  void add_client(NodeId client) {
    const ClientPlan plan{.operations = 1'000'000'000,
                          .faults_end = NodeTime(shape_.length),
                          .first_id = number(client) * uint64_t{1'000'000}};
    ClientProgress& progress = progress_.emplace_back();
    world_.add_node({.name = fmt::format("c{}", number(client)),
                     .process = [this, plan, client, &progress](Env& env) {
                       return std::make_unique<ClientProcess>(
                           env, plan, spec_.make_client(env, setup_),
                           std::make_unique<Puts>(client), progress, [this] { client_done(); });
                     }});
  }
  void client_done() {
    if (++done_ == shape_.clients) scheduler_.stop(RunEnd::kCompleted);
  }

  RaftShape shape_;
  const ProtocolSpec& spec_;
  Setup setup_;
  Choices choices_;
  Scheduler scheduler_;
  World world_;
  Returns returns_;
  std::vector<std::unique_ptr<Checker>> checkers_;
  uint32_t done_ = 0;
  std::deque<ClientProgress> progress_;
};

uint64_t run_raft(benchmark::State& state, const RaftShape& shape) {
  const ProtocolSpec spec = raft::spec();
  build_message_tables(raft::wire::Options());
  StackPool stacks;
  RaftWorld({.clients = std::min(shape.clients, 8u), .length = 1s, .checks = shape.checks}, spec,
            stacks)
      .run();  // rehearsal
  uint64_t operations = 0;
  for (auto _ : state) {
    state.PauseTiming();
    stacks.release_all();
    RunArena::reset({.limit = size_t{4} << 30});
    {
      RunArena::Inside inside;
      auto* world = new RaftWorld(shape, spec, stacks);  // the arena drops it
      state.ResumeTiming();
      operations += world->run();
      state.PauseTiming();
    }
    state.counters["MiB"] = static_cast<double>(RunArena::used() >> 20);
    state.ResumeTiming();
  }
  stacks.release_all();
  RunArena::reset();
  return operations;
}

void idle(benchmark::State& state, bool checks) {
  constexpr Duration kLength = 60s;
  run_raft(state, {.length = kLength, .checks = checks});
  const double seconds =
      static_cast<double>(kLength / 1s) * static_cast<double>(state.iterations());
  state.counters["sim_s/s"] = benchmark::Counter(seconds, benchmark::Counter::kIsRate);
}
void BM_RaftIdle(benchmark::State& state) { idle(state, false); }
void BM_RaftIdleChecked(benchmark::State& state) { idle(state, true); }
BENCHMARK(BM_RaftIdle)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_RaftIdleChecked)->Unit(benchmark::kMillisecond);

void saturated(benchmark::State& state, bool checks, bool batches = true) {
  const auto clients = static_cast<uint32_t>(state.range(0));
  const uint64_t operations =
      run_raft(state, {.clients = clients, .length = 1s, .checks = checks, .batches = batches});
  state.SetItemsProcessed(static_cast<int64_t>(operations));
}
void BM_RaftSaturated(benchmark::State& state) { saturated(state, false); }
void BM_RaftSaturatedChecked(benchmark::State& state) { saturated(state, true); }
void BM_RaftUnbatched(benchmark::State& state) { saturated(state, false, false); }
void BM_RaftUnbatchedChecked(benchmark::State& state) { saturated(state, true, false); }
BENCHMARK(BM_RaftSaturated)->Arg(8)->Arg(64)->Arg(250)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_RaftSaturatedChecked)->Arg(8)->Arg(64)->Arg(250)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_RaftUnbatched)->Arg(8)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_RaftUnbatchedChecked)->Arg(8)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace seedbed

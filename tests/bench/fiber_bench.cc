// What a fiber costs, next to the bare switch of Boost.Context that it is built on.
//
//   seedbed_bench --benchmark_filter='switch|fiber'
//
// A round trip is one resume and one suspend. Rows with /N take turns among N
// fibers; `deep` ones suspend two calls down, as a protocol does.
#include <benchmark/benchmark.h>

#include <boost/context/detail/fcontext.hpp>
#include <memory>
#include <vector>

#include "sim/core/fiber.h"
#include "sim/core/stack_pool.h"

namespace seedbed {
namespace {

using boost::context::detail::fcontext_t;
using boost::context::detail::jump_fcontext;
using boost::context::detail::make_fcontext;
using boost::context::detail::transfer_t;

void bare_loop(transfer_t from) {
  for (;;) from = jump_fcontext(from.fctx, nullptr);
}

[[gnu::noinline, gnu::noipa]] void bare_depth(transfer_t& from, int depth) {
  if (depth == 0) {
    from = jump_fcontext(from.fctx, nullptr);
    return;
  }
  bare_depth(from, depth - 1);
  benchmark::ClobberMemory();  // not a tail call
}

void bare_deep_loop(transfer_t from) {
  for (;;) bare_depth(from, 2);
}

void bare_round_trips(benchmark::State& state, void (*entry)(transfer_t)) {
  StackPool stacks;
  std::vector<fcontext_t> contexts;
  for (int i = 0; i < state.range(0); ++i) {
    const StackPool::Stack stack = stacks.acquire();
    contexts.push_back(make_fcontext(stack.top, stack.size(), entry));
  }
  size_t next = 0;
  for (auto _ : state) {
    contexts[next] = jump_fcontext(contexts[next], nullptr).fctx;
    if (++next == contexts.size()) next = 0;
  }
}

void bare_switch(benchmark::State& state) { bare_round_trips(state, bare_loop); }
BENCHMARK(bare_switch)->Arg(1)->Arg(5)->Arg(100)->Arg(1000);

void bare_switch_deep(benchmark::State& state) { bare_round_trips(state, bare_deep_loop); }
BENCHMARK(bare_switch_deep)->Arg(1)->Arg(5)->Arg(100)->Arg(1000);

[[gnu::noinline, gnu::noipa]] void suspend_depth(int depth) {
  if (depth == 0) return Fiber::suspend();
  suspend_depth(depth - 1);
  benchmark::ClobberMemory();
}

void suspend_loop(void*) {
  for (;;) Fiber::suspend();
}

void suspend_deep_loop(void*) {
  for (;;) suspend_depth(2);
}

void fiber_round_trips(benchmark::State& state, Fiber::Entry entry) {
  StackPool stacks;
  std::vector<std::unique_ptr<Fiber>> fibers;
  for (int i = 0; i < state.range(0); ++i) {
    fibers.push_back(std::make_unique<Fiber>(stacks, entry, nullptr));
  }
  size_t next = 0;
  for (auto _ : state) {
    fibers[next]->resume();
    if (++next == fibers.size()) next = 0;
  }
  for (auto& fiber : fibers) fiber->kill();
}

void fiber_switch(benchmark::State& state) { fiber_round_trips(state, suspend_loop); }
BENCHMARK(fiber_switch)->Arg(1)->Arg(5)->Arg(100)->Arg(1000);

void fiber_switch_deep(benchmark::State& state) { fiber_round_trips(state, suspend_deep_loop); }
BENCHMARK(fiber_switch_deep)->Arg(1)->Arg(5)->Arg(100)->Arg(1000);

void fiber_life(benchmark::State& state) {
  StackPool stacks;
  for (auto _ : state) {
    Fiber fiber(
        stacks, [](void*) {}, nullptr);
    fiber.resume();
  }
}
BENCHMARK(fiber_life);

void fiber_kill(benchmark::State& state) {
  StackPool stacks;
  for (auto _ : state) {
    Fiber fiber(stacks, suspend_loop, nullptr);
    fiber.resume();
    fiber.kill();
  }
}
BENCHMARK(fiber_kill);

}  // namespace
}  // namespace seedbed

// What a fiber costs, next to the bare switch of Boost.Context that it is built on.
//
//   seedbed_bench --benchmark_filter='switch|fiber'
//
// A round trip is one resume and one suspend. Rows with /N take turns among N fibers.
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

void bare_switch(benchmark::State& state) {
  StackPool stacks;
  std::vector<fcontext_t> contexts;
  for (int i = 0; i < state.range(0); ++i) {
    const StackPool::Stack stack = stacks.acquire();
    contexts.push_back(make_fcontext(stack.top, stack.size(), bare_loop));
  }
  size_t next = 0;
  for (auto _ : state) {
    contexts[next] = jump_fcontext(contexts[next], nullptr).fctx;
    if (++next == contexts.size()) next = 0;
  }
}
BENCHMARK(bare_switch)->Arg(1)->Arg(5)->Arg(100)->Arg(1000);

void suspend_loop(void*) {
  for (;;) Fiber::suspend();
}

void fiber_switch(benchmark::State& state) {
  StackPool stacks;
  std::vector<std::unique_ptr<Fiber>> fibers;
  for (int i = 0; i < state.range(0); ++i) {
    fibers.push_back(std::make_unique<Fiber>(stacks, suspend_loop, nullptr));
  }
  size_t next = 0;
  for (auto _ : state) {
    fibers[next]->resume();
    if (++next == fibers.size()) next = 0;
  }
  for (auto& fiber : fibers) fiber->kill();
}
BENCHMARK(fiber_switch)->Arg(1)->Arg(5)->Arg(100)->Arg(1000);

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

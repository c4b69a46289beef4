// What memory costs: the arena of a run next to the C library's malloc, and the price that code
// outside of a run pays for the replaced operators.
//
//   seedbed_bench --benchmark_filter='pair|churn|throw|reset'
#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstdlib>
#include <new>
#include <stdexcept>

#include "sim/core/arena.h"

namespace seedbed {
namespace {

void malloc_pair(benchmark::State& state) {
  const auto bytes = static_cast<size_t>(state.range(0));
  for (auto _ : state) {
    void* p = std::malloc(bytes);
    benchmark::DoNotOptimize(p);
    std::free(p);
  }
}
BENCHMARK(malloc_pair)->Arg(64)->Arg(4096);

void new_pair(benchmark::State& state) {
  const auto bytes = static_cast<size_t>(state.range(0));
  for (auto _ : state) {
    void* p = ::operator new(bytes);
    benchmark::DoNotOptimize(p);
    ::operator delete(p);
  }
}

void new_outside_pair(benchmark::State& state) { new_pair(state); }
BENCHMARK(new_outside_pair)->Arg(64)->Arg(4096);

void new_inside_pair(benchmark::State& state) {
  RunArena::reset();
  RunArena::Inside inside;
  new_pair(state);
}
BENCHMARK(new_inside_pair)->Arg(64)->Arg(4096);

// A thousand blocks of mixed sizes, one of them replaced at a time.
void churn(benchmark::State& state) {
  constexpr size_t kBlocks = 1024;
  static void* blocks[kBlocks];
  for (void*& block : blocks) block = ::operator new(64);
  uint64_t random = 1;
  for (auto _ : state) {
    random = random * 6364136223846793005u + 1442695040888963407u;
    void*& block = blocks[(random >> 33) % kBlocks];
    ::operator delete(block);
    block = ::operator new(16 + (random >> 44) % 512);
    benchmark::DoNotOptimize(block);
  }
  for (void* block : blocks) ::operator delete(block);
}

void churn_outside(benchmark::State& state) { churn(state); }
BENCHMARK(churn_outside);

void churn_inside(benchmark::State& state) {
  RunArena::reset();
  RunArena::Inside inside;
  churn(state);
}
BENCHMARK(churn_inside);

void throw_and_catch(benchmark::State& state) {
  for (auto _ : state) {
    try {
      throw 1;
    } catch (int value) {
      benchmark::DoNotOptimize(value);
    }
  }
}

void throw_outside(benchmark::State& state) { throw_and_catch(state); }
BENCHMARK(throw_outside);

void throw_inside(benchmark::State& state) {
  RunArena::reset();
  RunArena::Inside inside;
  throw_and_catch(state);
}
BENCHMARK(throw_inside);

// The end of a run that used so many bytes.
void reset_after(benchmark::State& state) {
  for (auto _ : state) {
    RunArena::reset();
    RunArena::Inside inside;
    void* p = ::operator new(static_cast<size_t>(state.range(0)));
    benchmark::DoNotOptimize(p);
  }
}
BENCHMARK(reset_after)->Arg(1 << 10)->Arg(100 << 10)->Arg(10 << 20);

}  // namespace
}  // namespace seedbed

// A million runs fit in one process (law L9): thousands of short runs leave it as large as it was.
#include <gtest/gtest.h>

#include <fstream>

#include "sim/core/arena.h"
#include "sim/run/run.h"
#include "tests/run/memory_store.h"

namespace seedbed {
namespace {

size_t resident_kib() {
  size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages >> pages;
  return pages * 4;
}

TEST(FlatMemory, TenThousandRunsLeaveTheProcessAsLargeAsAfterTheFirstThousand) {
  if (!RunArena::enabled()) GTEST_SKIP() << "allocations are the ordinary ones in this build";
  const std::vector<ProtocolSpec> protocols{memory_store()};
  const Scenario scenario = parse_scenario(
      "protocol: 'memory_store' servers: 1 clients: 2 "
      "workload { kind: 'register' operations: 10 final_operations: 1 } faults { end_ms: 500 } "
      "limits { settle_ms: 10 } network { loss_permille { max: 50 } }",
      "flat", "flat", protocols);
  Runner runner;
  uint64_t seed = 0;
  for (; seed < 1'000; ++seed) EXPECT_GE(runner.run(scenario, seed).operations.total(), 5u);
  const size_t before = resident_kib();
  const uint64_t hash = runner.run(scenario, 1).trace_hash;
  for (; seed < 11'000; ++seed) (void)runner.run(scenario, seed);
  // A page for every ten runs would be 4 MiB; noise of the allocator is far less.
  EXPECT_LT(resident_kib(), before + 512);
  EXPECT_EQ(runner.run(scenario, 1).trace_hash, hash);
}

}  // namespace
}  // namespace seedbed

// A crash after every single disk operation of a server, one run for each. Random crashes hit the
// few operations of a recovery or of a rename rarely; this hits all of them (as ALICE does for
// applications: Pillai et al., OSDI 2014).
#include <gtest/gtest.h>

#include "protocols/registry.h"
#include "sim/run/run.h"

namespace seedbed {
namespace {

constexpr NodeId kVictim{1};

class CountOperations final : public EventSink {
 public:
  EventKinds interests() const override {
    return EventKinds(EventKind::kDiskSubmit, EventKind::kCrash, EventKind::kHeal);
  }
  void on_event(const TraceEvent& event) override {
    if (event.kind == EventKind::kHeal) healed = true;
    if (healed || event.node != kVictim) return;
    if (event.kind == EventKind::kCrash) ++crashes;
    if (event.kind == EventKind::kDiskSubmit) ++operations;
  }
  uint64_t operations = 0;
  uint64_t crashes = 0;
  bool healed = false;  // from then on nothing crashes
};

FaultPlan crash_after(uint64_t operation) {
  return {.faults = {{.id = 1,
                      .kind = FaultKind::kCrash,
                      .begin = {.node = kVictim, .deed = Deed::kDiskOperation, .nth = operation},
                      .duration = 100ms,
                      .targets = {kVictim}}}};
}

void crash_everywhere(std::string_view text) {
  const std::vector<ProtocolSpec> protocols = all_protocols();
  const Scenario scenario = parse_scenario(text, "crash points", "crash_points", protocols);
  Runner runner;
  for (uint64_t seed = 1; seed <= 2; ++seed) {
    CountOperations calm;
    (void)runner.run(scenario, seed, {.watchers = {&calm}});
    ASSERT_GT(calm.operations, 20u);
    for (uint64_t operation = 1; operation <= calm.operations; ++operation) {
      CountOperations count;
      const RunResult result =
          runner.run(scenario, seed, {.watchers = {&count}, .more_faults = crash_after(operation)});
      EXPECT_EQ(result.verdict, Verdict::kPass)
          << "seed " << seed << ", operation " << operation << ": " << result.reason;
      EXPECT_EQ(count.crashes, 1u) << "seed " << seed << ", operation " << operation;
    }
  }
}

TEST(CrashPoints, RaftSurvivesEachOfThem) {
  crash_everywhere(R"(
    protocol: "raft"
    workload { kind: "append" operations: 30 keys: 2 final_operations: 1 }
    faults { end_ms: 2500 }
    limits { settle_ms: 500 })");
}

TEST(CrashPoints, CountersSurviveEachOfThem) {
  crash_everywhere(R"(
    protocol: "crdt_counter"
    workload { kind: "counter" operations: 90 keys: 1 attempts: 1 final_operations: 1 }
    faults { end_ms: 2500 }
    limits { settle_ms: 1000 })");
}

}  // namespace
}  // namespace seedbed

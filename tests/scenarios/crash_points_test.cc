// A crash after every single disk operation of a server, and after its messages, one run for each.
// Random crashes hit the few operations of a recovery or of a rename rarely; this hits all of them
// (as ALICE does for applications: Pillai et al., OSDI 2014).
#include <gtest/gtest.h>

#include <array>

#include "protocols/registry.h"
#include "sim/run/run.h"

namespace seedbed {
namespace {

constexpr NodeId kVictim{1};

class CountDeeds final : public EventSink {
 public:
  EventKinds interests() const override {
    return EventKinds(EventKind::kDiskSubmit, EventKind::kSend, EventKind::kReceive,
                      EventKind::kCrash, EventKind::kHeal);
  }
  void on_event(const TraceEvent& event) override {
    if (event.kind == EventKind::kHeal) healed = true;
    if (healed || event.node != kVictim) return;
    if (event.kind == EventKind::kCrash) ++crashes;
    if (event.kind == EventKind::kDiskSubmit) ++of(Deed::kDiskOperation);
    if (event.kind == EventKind::kSend) ++of(Deed::kSend);
    if (event.kind == EventKind::kReceive) ++of(Deed::kReceive);
  }
  uint64_t& of(Deed deed) { return done[static_cast<size_t>(deed)]; }
  std::array<uint64_t, kDeeds> done{};
  uint64_t crashes = 0;
  bool healed = false;  // from then on nothing crashes
};

FaultPlan crash_after(Deed deed, uint64_t nth) {
  return {.faults = {{.id = 1,
                      .kind = FaultKind::kCrash,
                      .begin = {.node = kVictim, .deed = deed, .nth = nth},
                      .duration = 100ms,
                      .targets = {kVictim}}}};
}

// After every `stride`-th deed, one run for each.
void crash_everywhere(std::string_view text, Deed deed, uint64_t stride = 1) {
  const std::vector<ProtocolSpec> protocols = all_protocols();
  const Scenario scenario = parse_scenario(text, "crash points", "crash_points", protocols);
  Runner runner;
  for (uint64_t seed = 1; seed <= 2; ++seed) {
    CountDeeds calm;
    (void)runner.run(scenario, seed, {.watchers = {&calm}});
    ASSERT_GT(calm.of(deed), 20u);
    for (uint64_t nth = stride == 1 ? 1 : seed; nth <= calm.of(deed); nth += stride) {
      CountDeeds count;
      const RunResult result =
          runner.run(scenario, seed, {.watchers = {&count}, .more_faults = crash_after(deed, nth)});
      EXPECT_EQ(result.verdict, Verdict::kPass)
          << "seed " << seed << ", " << to_string(deed) << " " << nth << ": " << result.reason;
      EXPECT_EQ(count.crashes, 1u) << "seed " << seed << ", " << to_string(deed) << " " << nth;
    }
  }
}

constexpr std::string_view kRaft = R"(
    protocol: "raft"
    workload { kind: "append" operations: 30 keys: 2 final_operations: 1 }
    faults { end_ms: 2500 }
    limits { settle_ms: 500 })";
constexpr std::string_view kCounters = R"(
    protocol: "crdt_counter"
    workload { kind: "counter" operations: 90 keys: 1 attempts: 1 final_operations: 1 }
    faults { end_ms: 2500 }
    limits { settle_ms: 1000 })";

TEST(CrashPoints, RaftSurvivesEachDiskOperation) { crash_everywhere(kRaft, Deed::kDiskOperation); }

TEST(CrashPoints, CountersSurviveEachDiskOperation) {
  crash_everywhere(kCounters, Deed::kDiskOperation);
}

TEST(CrashPoints, RaftSurvivesCrashesBetweenMessages) {
  crash_everywhere(kRaft, Deed::kSend, 5);
  crash_everywhere(kRaft, Deed::kReceive, 5);
}

TEST(CrashPoints, CountersSurviveCrashesBetweenMessages) {
  crash_everywhere(kCounters, Deed::kSend, 5);
  crash_everywhere(kCounters, Deed::kReceive, 5);
}

}  // namespace
}  // namespace seedbed

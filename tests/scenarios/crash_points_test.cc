// A crash after every single disk operation of a server, and after its messages, one run for each.
// Random crashes hit the few operations of a recovery or of a rename rarely; this hits all of them
// (as ALICE does for applications: Pillai et al., OSDI 2014).
#include <gtest/gtest.h>

#include <array>
#include <iostream>

#include "protocols/registry.h"
#include "sim/run/run.h"

namespace seedbed {
namespace {

constexpr NodeId kFirst{1};

class CountDeeds final : public EventSink {
 public:
  explicit CountDeeds(NodeId victim) : victim(victim) {}
  EventKinds interests() const override {
    return EventKinds(EventKind::kDiskSubmit, EventKind::kSend, EventKind::kReceive,
                      EventKind::kCrash, EventKind::kHeal);
  }
  void on_event(const TraceEvent& event) override {
    if (event.kind == EventKind::kHeal) healed = true;
    if (healed || event.node != victim) return;
    if (event.kind == EventKind::kCrash) ++crashes;
    if (event.kind == EventKind::kDiskSubmit) ++of(Deed::kDiskOperation);
    if (event.kind == EventKind::kSend) ++of(Deed::kSend);
    if (event.kind == EventKind::kReceive) ++of(Deed::kReceive);
  }
  uint64_t& of(Deed deed) { return done[static_cast<size_t>(deed)]; }
  NodeId victim;
  std::array<uint64_t, kDeeds> done{};
  uint64_t crashes = 0;
  bool healed = false;  // from then on nothing crashes
};

FaultPlan crash_after(NodeId victim, Deed deed, uint64_t nth) {
  return {.faults = {{.id = 1,
                      .kind = FaultKind::kCrash,
                      .begin = {.node = victim, .deed = deed, .nth = nth},
                      .duration = 100ms,
                      .targets = {victim}}}};
}

// After every `stride`-th deed, one run for each.
void crash_everywhere(std::string_view text, Deed deed, uint64_t stride = 1,
                      NodeId victim = kFirst) {
  const std::vector<ProtocolSpec> protocols = all_protocols();
  const Scenario scenario = parse_scenario(text, "crash points", "crash_points", protocols);
  Runner runner;
  uint64_t points = 0;
  for (uint64_t seed = 1; seed <= 2; ++seed) {
    CountDeeds calm(victim);
    (void)runner.run(scenario, seed, {.watchers = {&calm}});
    ASSERT_GT(calm.of(deed), 20u);
    for (uint64_t nth = stride == 1 ? 1 : seed; nth <= calm.of(deed); nth += stride) {
      CountDeeds count(victim);
      const RunResult result = runner.run(
          scenario, seed, {.watchers = {&count}, .more_faults = crash_after(victim, deed, nth)});
      EXPECT_EQ(result.verdict, Verdict::kPass)
          << "seed " << seed << ", " << to_string(deed) << " " << nth << ": " << result.reason;
      EXPECT_EQ(count.crashes, 1u) << "seed " << seed << ", " << to_string(deed) << " " << nth;
      ++points;
    }
  }
  std::cout << points << " crashes of n" << number(victim) << ", each right behind a "
            << to_string(deed) << "\n";
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

constexpr std::string_view kPrimaryBackup = R"(
    protocol: "primary_backup"
    servers: 6
    workload { kind: "append" operations: 60 keys: 2 final_operations: 1 }
    options { [type.googleapis.com/seedbed.primary_backup.wire.Options] {
      checkpoint_every: 12 retained_entries: 4 } }
    faults { end_ms: 2500 }
    limits { settle_ms: 2000 })";
constexpr std::string_view kTwoPhaseCommit = R"(
    protocol: "two_phase_commit"
    servers: 4
    workload { kind: "bank" operations: 60 keys: 9 final_operations: 1 minimum_ok_percent: 30 }
    options { [type.googleapis.com/seedbed.two_phase_commit.wire.Options] { checkpoint_every: 12 } }
    faults { end_ms: 2500 }
    limits { settle_ms: 3000 })";
constexpr std::string_view kOutbox = R"(
    protocol: "outbox"
    servers: 7
    workload { kind: "append" operations: 60 keys: 2 final_operations: 1 attempts: 4 }
    options { [type.googleapis.com/seedbed.outbox.wire.Options] { checkpoint_every: 12 } }
    faults { end_ms: 2500 }
    limits { settle_ms: 3000 })";

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

// The authority is Raft; of the replicas behind it the first.
TEST(CrashPoints, APrimaryAndItsBackupsSurviveEachDiskOperation) {
  crash_everywhere(kPrimaryBackup, Deed::kDiskOperation, 1, NodeId{4});
}

TEST(CrashPoints, APrimaryAndItsBackupsSurviveCrashesBetweenMessages) {
  crash_everywhere(kPrimaryBackup, Deed::kSend, 5, NodeId{4});
  crash_everywhere(kPrimaryBackup, Deed::kReceive, 5, NodeId{5});
}

// The coordinator, and each of the participants.
TEST(CrashPoints, TwoPhaseCommitSurvivesEachDiskOperation) {
  for (const uint32_t victim : {1, 2, 3, 4}) {
    crash_everywhere(kTwoPhaseCommit, Deed::kDiskOperation, 1, NodeId{victim});
  }
}

TEST(CrashPoints, TwoPhaseCommitSurvivesCrashesBetweenMessages) {
  for (const uint32_t victim : {1, 2}) {
    crash_everywhere(kTwoPhaseCommit, Deed::kSend, 2, NodeId{victim});
    crash_everywhere(kTwoPhaseCommit, Deed::kReceive, 2, NodeId{victim});
  }
}

// Database, queue and consumer.
TEST(CrashPoints, AServiceWithAnOutboxSurvivesEachDiskOperation) {
  for (const uint32_t victim : {1, 3, 4}) {
    crash_everywhere(kOutbox, Deed::kDiskOperation, 1, NodeId{victim});
  }
}

TEST(CrashPoints, AStatelessReplicaMayBeKilledBetweenAnyTwoMessages) {
  crash_everywhere(kOutbox, Deed::kSend, 2, NodeId{5});
  crash_everywhere(kOutbox, Deed::kReceive, 2, NodeId{5});
}

}  // namespace
}  // namespace seedbed

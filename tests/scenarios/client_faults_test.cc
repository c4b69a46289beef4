// Clients that crash, ask twice, and overlook answers.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "protocols/registry.h"
#include "sim/core/arena.h"
#include "sim/run/run.h"

namespace seedbed {
namespace {

// What clients asked and were told, held against what a client may do.
class Clients final : public EventSink {
 public:
  EventKinds interests() const override {
    return EventKinds(EventKind::kInvoke, EventKind::kReturn, EventKind::kCrash, EventKind::kFault);
  }
  void on_event(const TraceEvent& event) override {
    const RunArena::Outside outside;
    switch (event.kind) {
      case EventKind::kInvoke: return invoke(event);
      case EventKind::kReturn:
        EXPECT_EQ(running[event.node], event.id);
        running.erase(event.node);
        return;
      case EventKind::kCrash:
        if (running.erase(event.node) > 0) ++interrupted;
        crashed.insert(event.node);
        return;
      default: ++faults[std::string(event.name)];
    }
  }

  std::map<NodeId, uint64_t> running;
  std::map<NodeId, uint64_t> last;
  std::set<NodeId> crashed;
  uint64_t interrupted = 0;  // operations without an answer
  uint64_t asked_after = 0;  // operations that began after a crash of their client
  std::map<std::string, uint64_t> faults;

 private:
  void invoke(const TraceEvent& event) {
    EXPECT_FALSE(running.contains(event.node)) << "one operation at a time";
    EXPECT_GT(event.id, last[event.node]) << "numbers are never used again";
    running[event.node] = last[event.node] = event.id;
    if (crashed.contains(event.node)) ++asked_after;
  }
};

RunResult run(std::string_view text, uint64_t seed, Clients& clients) {
  const std::vector<ProtocolSpec> protocols = all_protocols();
  const Scenario scenario = parse_scenario(text, "client faults", "client_faults", protocols);
  Runner runner;
  return runner.run(scenario, seed, {.watchers = {&clients}});
}

constexpr std::string_view kRaft = R"(
    protocol: "raft"
    workload {
      kind: "append" operations: 60 keys: 1
      duplicate_permille { min: 500 max: 500 } lost_answer_permille { min: 500 max: 500 }
    }
    faults {
      end_ms: 4000
      dose {
        fault: "client_crash" slots: 6 odds_percent: 100
        at_message_percent: 100 max_message: 40
      }
    })";

TEST(ClientFaults, AClientThatCrashesAsksOnUnderNewNumbers) {
  Clients clients;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    clients.running.clear();
    clients.last.clear();
    clients.crashed.clear();
    EXPECT_EQ(run(kRaft, seed, clients).verdict, Verdict::kPass) << seed;
  }
  EXPECT_GT(clients.interrupted, 20u);
  EXPECT_GT(clients.asked_after, 100u);
}

TEST(ClientFaults, RepeatedRequestsAreExecutedOnce) {
  Clients clients;
  const RunResult result = run(kRaft, 1, clients);
  EXPECT_EQ(result.verdict, Verdict::kPass);
  EXPECT_GT(clients.faults["duplicate_request"], 10u);
  EXPECT_GT(clients.faults["lost_answer"], 10u);
}

TEST(ClientFaults, NobodyAsksAgainWhereThatIsNotSafe) {
  Clients clients;
  const RunResult result = run(R"(
    protocol: "crdt_counter"
    workload {
      kind: "counter" operations: 60 keys: 1 attempts: 1
      duplicate_permille { min: 1000 max: 1000 } lost_answer_permille { min: 1000 max: 1000 }
    }
    faults { end_ms: 4000 })",
                               1, clients);
  EXPECT_EQ(result.verdict, Verdict::kPass);
  EXPECT_TRUE(clients.faults.empty());
}

}  // namespace
}  // namespace seedbed

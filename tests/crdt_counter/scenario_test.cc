// The counter as the testbed runs it: by scenario and seed, in an arena, with its trace written
// down.
#include "sim/run/scenario.h"

#include <gtest/gtest.h>

#include <array>

#include "protocols/crdt_counter/spec.h"
#include "sim/run/run.h"
#include "sim/trace/diff.h"
#include "sim/trace/full_hash.h"
#include "sim/trace/reader.h"
#include "sim/trace/recorder.h"
#include "sim/trace/summary.h"

namespace seedbed::crdt_counter {
namespace {

constexpr std::string_view kStorm = R"(
  description: "crashes, partitions and a bad network"
  protocol: "crdt_counter"
  workload { kind: "counter" operations: 100 keys: 2 final_operations: 2 }
  network { loss_permille { max: 30 } duplicate_permille { max: 50 } reorder_permille { max: 50 } }
  faults {
    end_ms: 12000
    dose { fault: "crash" slots: 6 odds_percent: 80 at_disk_operation_percent: 60
           max_disk_operation: 100 }
    dose { fault: "partition" slots: 2 odds_percent: 70 }
    dose { fault: "pause" slots: 1 }
  }
)";

class ScenarioTest : public ::testing::Test {
 protected:
  Scenario storm(std::string_view mutant = {}) {
    Scenario scenario = parse_scenario(kStorm, "crdt/storm", "storm.textproto", protocols);
    if (!mutant.empty()) set_mutant(scenario, mutant);
    return scenario;
  }

  const std::array<ProtocolSpec, 1> protocols{spec()};
  Runner runner;
};

TEST_F(ScenarioTest, TheCounterPassesAStorm) {
  const Scenario scenario = storm();
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    const RunResult result = runner.run(scenario, seed);
    EXPECT_EQ(result.verdict, Verdict::kPass) << "seed " << seed << ": " << result.reason;
  }
}

TEST_F(ScenarioTest, EveryMutantIsCaughtInAStorm) {
  for (const MutantSpec& mutant : protocols[0].mutants) {
    const Scenario scenario = storm(mutant.name);
    uint64_t caught = 0;
    for (uint64_t seed = 1; seed <= 20; ++seed) {
      const RunResult result = runner.run(scenario, seed);
      for (const CheckResult& check : result.checks) {
        if (check.name == mutant.caught_by && check.status == CheckStatus::kViolation) ++caught;
      }
    }
    EXPECT_GT(caught, 2u) << mutant.name;
  }
}

struct Recorded {
  std::string file;
  uint64_t full_hash = 0;
  uint64_t light_hash = 0;
  std::string summary;
};

Recorded record(Runner& runner, const Scenario& scenario, RunOptions options) {
  Recorded recorded;
  Recorder recorder({}, [&](std::string_view bytes) { recorded.file.append(bytes); });
  FullHash full;
  TraceSummary summary;
  options.watchers = {&recorder, &full, &summary};
  recorded.light_hash = runner.run(scenario, 3, options).trace_hash;
  recorder.finish("", {.light = recorded.light_hash, .full = full.value()});
  recorded.full_hash = full.value();
  recorded.summary = summary.text({});
  return recorded;
}

TEST_F(ScenarioTest, ARunInAnArenaLeavesTheSameTraceEveryTime) {
  const Scenario scenario = storm();
  runner.run(scenario, 3);
  const Recorded one = record(runner, scenario, {});
  for (const RunOptions& options :
       {RunOptions{.salt = 1}, RunOptions{.salt = 77, .alternate = true}}) {
    const Recorded two = record(runner, scenario, options);
    const auto split = diff_traces({one.file, "one"}, {two.file, "two"});
    EXPECT_FALSE(split.has_value()) << split->text();
    EXPECT_TRUE(one.file == two.file);
    EXPECT_EQ(one.full_hash, two.full_hash);
    EXPECT_EQ(one.summary, two.summary);
  }
  TraceReader reader(one.file, "one");
  TraceHash light;
  TraceEvent event;
  while (reader.next(&event)) light.mix_in(event);
  ASSERT_TRUE(reader.complete()) << reader.ending();
  EXPECT_EQ(light.value(), one.light_hash);
  EXPECT_EQ(reader.footer()->light_hash(), one.light_hash);
}

}  // namespace
}  // namespace seedbed::crdt_counter

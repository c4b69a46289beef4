// Each way in which the machine could leak into a run is planted once, and noticed: by the guard,
// where it is a call, else by comparing runs that should be the same.
#include <gtest/gtest.h>

#include "sim/core/arena.h"
#include "sim/core/guard.h"
#include "sim/explore/record.h"
#include "sim/explore/twice.h"
#include "sim/trace/diff.h"
#include "tests/determinism/leaky/leaky.h"

namespace seedbed {
namespace {

Scenario scenario(const std::string& mutant) {
  static const std::vector<ProtocolSpec> specs{leaky()};
  Scenario scenario = parse_scenario(
      "protocol: 'leaky' servers: 1 clients: 2 workload { kind: 'register' operations: 20 } "
      "faults { end_ms: 500 } limits { settle_ms: 10 } network { loss_permille { max: 20 } }",
      "leaky", "leaky", specs);
  if (!mutant.empty()) set_mutant(scenario, mutant);
  return scenario;
}

// "leak.wall-clock" as a name of a test.
std::string test_name(std::string_view mutant) {
  std::string name(mutant.substr(mutant.find('.') + 1));
  for (char& c : name) c = c == '-' ? '_' : c;
  return name;
}

// How a run differs from itself, in other memory.
std::string difference(const std::string& mutant) {
  Runner runner;
  const Scenario leaking = scenario(mutant);
  return difference_when_run_again(runner, leaking, runner.run(leaking, 1));
}

TEST(Leaks, NothingIsFoundWhereNothingLeaks) { EXPECT_EQ(difference(""), ""); }

// --- What the guard refuses ---

class RefusedLeaks : public ::testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(RefusedLeaks, EndTheFirstRunWithTheCallAndTheCaller) {
  if (!Guard::available()) GTEST_SKIP() << "this program has no guard";
  Runner runner;
  const RunResult result = runner.run(scenario(GetParam().first), 1);
  EXPECT_EQ(result.verdict, Verdict::kViolation);
  EXPECT_EQ(result.run_end, RunEnd::kRefused);
  EXPECT_EQ(result.reason_check, "guard");
  const std::string call = std::string("the code under test called ") + GetParam().second;
  EXPECT_TRUE(result.reason.starts_with(call)) << result.reason;
  EXPECT_NE(result.reason.find("(from seedbed::"), std::string::npos) << result.reason;
}

TEST_P(RefusedLeaks, AreRefusedTheSameWayInOtherMemory) {
  if (!Guard::available()) GTEST_SKIP() << "this program has no guard";
  // What a static keeps of it was refused in the rehearsal, once for the process.
  EXPECT_EQ(difference(GetParam().first), "");
}

INSTANTIATE_TEST_SUITE_P(Doors, RefusedLeaks,
                         ::testing::Values(std::pair("leak.wall-clock", "clock_gettime"),
                                           std::pair("leak.random-device", "std::random_device"),
                                           std::pair("leak.thread", "pthread_create"),
                                           std::pair("leak.environment", "getenv"),
                                           std::pair("leak.file", "fopen")),
                         [](const auto& info) { return test_name(info.param.first); });

// --- What only a comparison finds ---

class ComparedLeaks : public ::testing::TestWithParam<const char*> {};

TEST_P(ComparedLeaks, AreFoundInOtherMemoryAndTheFirstDivergentEventIsNamed) {
  const std::string mutant = std::string("leak.") + GetParam();
  if (!RunArena::enabled() && mutant != "leak.static-state") {
    GTEST_SKIP() << "this build cannot choose where memory lies and what it holds";
  }
  const std::string found = difference(mutant);
  EXPECT_NE(found.find("two runs part at event "), std::string::npos) << found;
  EXPECT_NE(found.find(", in: time; one has \""), std::string::npos) << found;
  EXPECT_NE(found.find("n1 wakes from its sleep"), std::string::npos) << found;
  // It slept because of the request, and that goes back to the start of a client.
  EXPECT_NE(found.find("n1 receives "), std::string::npos) << found;
  EXPECT_NE(found.find("both:\n    because of "), std::string::npos) << found;
}

INSTANTIATE_TEST_SUITE_P(Kinds, ComparedLeaks,
                         ::testing::Values("address-order", "unordered-iteration",
                                           "uninitialised-heap", "uninitialised-stack",
                                           "static-state"),
                         [](const auto& info) { return test_name(info.param); });

std::string record(const std::string& mutant) {
  Runner runner;
  std::string trace;
  record_run(runner, scenario(mutant), 1, {}, [&](std::string_view bytes) { trace += bytes; });
  return trace;
}

// One compiler always chooses the same order, so a process cannot notice this by itself: the matrix
// of tools/test compares compilers. Here the two orders are spelled out.
TEST(EvaluationOrder, GivesOtherRunsUnderAnotherCompiler) {
  const std::string left = record("leak.left-first");
  const std::string right = record("leak.right-first");
  const auto split = diff_traces({left, "left first"}, {right, "right first"});
  ASSERT_TRUE(split.has_value());
  EXPECT_EQ(split->fields, "time");
  ASSERT_TRUE(split->first.event.has_value());
  EXPECT_NE(split->first.event->text.find("n1 wakes from its sleep"), std::string::npos);
  const std::string as_compiled = record("leak.evaluation-order");
  const bool is_left = !diff_traces({left, "a"}, {as_compiled, "b"}).has_value();
  const bool is_right = !diff_traces({right, "a"}, {as_compiled, "b"}).has_value();
  EXPECT_NE(is_left, is_right);
}

// --- The first and the last of a thousand runs in a process ---

uint64_t hash_of_the_last(uint64_t runs, Runner& runner, const Scenario& scenario) {
  for (uint64_t i = 1; i < runs; ++i) (void)runner.run(scenario, 1000 + i);
  return runner.run(scenario, 1).trace_hash;
}

TEST(AThousandRuns, LeaveTheLastAsTheFirst) {
  Runner runner;
  const Scenario clean = scenario("");
  const uint64_t first = runner.run(clean, 1).trace_hash;
  EXPECT_EQ(hash_of_the_last(1000, runner, clean), first);
}

TEST(AThousandRuns, ShowStateThatSurvivesARun) {
  Runner runner;
  const Scenario leaking = scenario("leak.static-state");
  const uint64_t first = runner.run(leaking, 1).trace_hash;
  EXPECT_NE(hash_of_the_last(1000, runner, leaking), first);
}

}  // namespace
}  // namespace seedbed

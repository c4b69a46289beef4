// Every scenario of the repository, a few seeds each: it has the verdict that it expects, does not
// depend on how messages travel, runs on one thread, and its trace gives the same verdict offline.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "protocols/registry.h"
#include "sim/core/arena.h"
#include "sim/explore/expectation.h"
#include "sim/run/recheck.h"
#include "sim/run/run.h"
#include "sim/run/simulation.h"
#include "sim/trace/recorder.h"
#include "sim/trace/trace.pb.h"

namespace seedbed {
namespace {

namespace fs = std::filesystem;

const std::vector<ProtocolSpec>& protocols() {
  static const std::vector<ProtocolSpec> specs = all_protocols();
  return specs;
}

fs::path root() { return fs::path(SEEDBED_SOURCE_DIR) / "scenarios"; }

std::vector<std::string> scenario_names() {
  std::vector<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(root())) {
    if (entry.path().extension() != ".textproto") continue;
    names.push_back(fs::relative(entry.path(), root()).replace_extension().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

Scenario load(const std::string& name) {
  std::ifstream file(root() / (name + ".textproto"));
  std::stringstream text;
  text << file.rdbuf();
  return parse_scenario(text.str(), name, name, protocols());
}

class Scenarios : public ::testing::TestWithParam<std::string> {
 protected:
  static constexpr uint64_t kSeeds = 4;
  Scenario scenario = load(GetParam());
  Runner runner;
};

TEST_P(Scenarios, HaveTheVerdictThatTheyExpect) {
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const RunResult result = runner.run(scenario, seed);
    EXPECT_TRUE(is_expected(scenario, result.verdict))
        << "seed " << seed << ": " << to_string(result.verdict) << ": " << result.reason;
    if (result.verdict != Verdict::kPass) continue;  // a check may have found nothing to look at
    for (const CheckResult& check : result.checks) EXPECT_GT(check.evaluated, 0u) << check.name;
  }
}

TEST_P(Scenarios, AreTheSameWhenMessagesTravelAsBytes) {
  Scenario serialized = scenario;
  set_field(serialized, "network.serialize=true");
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const RunResult objects = runner.run(scenario, seed);
    const RunResult bytes = runner.run(serialized, seed);
    EXPECT_EQ(objects.verdict, bytes.verdict);
    EXPECT_EQ(objects.trace_hash, bytes.trace_hash);
  }
}

// Counts the threads of this process from inside a run, now and then.
class CountThreads final : public EventSink {
 public:
  EventKinds interests() const override { return EventKinds(EventKind::kReturn); }
  void on_event(const TraceEvent&) override {
    RunArena::Outside outside;
    size_t threads = 0;
    for (const auto& task : fs::directory_iterator("/proc/self/task")) threads += task.exists();
    most = std::max(most, threads);
  }
  size_t most = 0;
};

TEST_P(Scenarios, RunOnOneThread) {
  CountThreads count;
  (void)runner.run(scenario, 1, {.watchers = {&count}});
  EXPECT_EQ(count.most, 1u);
}

std::string in_words(const std::vector<CheckResult>& checks) {
  std::string text;
  for (const CheckResult& check : checks) {
    text += check.name + " " + std::string(to_string(check.status)) + " " +
            std::to_string(check.evaluated) + " " + check.message + "\n";
    for (const Fact& fact : check.facts) {
      text += "  " + std::to_string(number(fact.event)) + " " + fact.text + "\n";
    }
  }
  return text;
}

// With a mutant in it, so that there is something to say.
TEST_P(Scenarios, AreJudgedAlikeFromTheirTraces) {
  for (const MutantSpec& mutant : scenario.protocol->mutants) {
    Scenario wrong = scenario;
    set_mutant(wrong, mutant.name);
    trace::Header header;
    std::string trace;
    Recorder recorder(header, [&](std::string_view bytes) { trace.append(bytes); });
    const RunResult live = runner.run(wrong, 1, {.watchers = {&recorder}});
    recorder.finish(to_string(live.verdict), {.light = live.trace_hash});
    TraceReader reader(trace, "trace");
    const RunResult offline = recheck(reader, {.scenario = resolve(wrong, 1), .seed = 1});
    EXPECT_EQ(offline.verdict, live.verdict) << mutant.name;
    EXPECT_EQ(offline.reason, live.reason) << mutant.name;
    EXPECT_EQ(in_words(offline.checks), in_words(live.checks)) << mutant.name;
    EXPECT_EQ(offline.trace_hash, live.trace_hash) << mutant.name;
  }
}

INSTANTIATE_TEST_SUITE_P(All, Scenarios, ::testing::ValuesIn(scenario_names()),
                         [](const auto& info) {
                           std::string name = info.param;
                           std::replace(name.begin(), name.end(), '/', '_');
                           return name;
                         });

}  // namespace
}  // namespace seedbed

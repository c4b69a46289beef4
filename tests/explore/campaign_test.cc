#include "sim/explore/campaign.h"

#include <gtest/gtest.h>

#include "sim/explore/record.h"
#include "sim/explore/twice.h"
#include "sim/run/recheck.h"
#include "tests/cli/program/kv.h"

namespace seedbed {
namespace {

const std::vector<ProtocolSpec>& protocols() {
  static const std::vector<ProtocolSpec> kProtocols{kv::spec()};
  return kProtocols;
}

Scenario calm(const std::string& mutant = "") {
  Scenario scenario = parse_scenario(
      "protocol: 'kv' servers: 1 workload { kind: 'register' operations: 60 keys: 2 }"
      "faults { end_ms: 2000 } limits { progress_ms: 3000 settle_ms: 100 }",
      "calm", "calm", protocols());
  if (!mutant.empty()) set_mutant(scenario, mutant);
  return scenario;
}

TEST(Campaign, RunsEverySeedOnce) {
  const CampaignResult result =
      run_campaign({.scenarios = {calm(), calm()}, .first_seed = 5, .seeds = 20, .workers = 3});
  EXPECT_EQ(result.runs, 40u);
  EXPECT_EQ(result.endings[Verdict::kPass], 40u);
  EXPECT_EQ(result.scenarios[1].runs(), 20u);
  EXPECT_TRUE(result.findings.empty());
  EXPECT_TRUE(result.failure.empty());
}

TEST(Campaign, AWorkerThatDiesIsAFindingAndReplaced) {
  const CampaignResult result = run_campaign(
      {.scenarios = {calm("kv.abort"), calm()}, .seeds = 3, .workers = 2, .twice_permille = 0});
  EXPECT_EQ(result.runs, 6u);
  EXPECT_EQ(result.endings[Ending::kCrash], 3u);
  EXPECT_EQ(result.endings[Verdict::kPass], 3u);
  ASSERT_EQ(result.findings.size(), 3u);
  for (uint64_t i = 0; i < 3; ++i) {
    EXPECT_EQ(result.findings[i].seed, i + 1);
    EXPECT_EQ(result.findings[i].verdict, "crash");
  }
}

TEST(Campaign, TheLastWordsOfAWorkerAreKept) {
  const CampaignResult result = run_campaign({.scenarios = {calm("kv.check")}, .seeds = 1});
  ASSERT_EQ(result.findings.size(), 1u);
  EXPECT_NE(result.findings[0].message.find("CHECK(requests_ != 20) failed"), std::string::npos);
}

TEST(Campaign, AWorkerThatHangsIsAFinding) {
  const CampaignResult result = run_campaign({.scenarios = {calm("kv.spin"), calm()},
                                              .seeds = 2,
                                              .workers = 2,
                                              .run_timeout = std::chrono::milliseconds(500)});
  EXPECT_EQ(result.endings[Ending::kHang], 2u);
  EXPECT_EQ(result.endings[Verdict::kPass], 2u);
  ASSERT_EQ(result.findings.size(), 2u);
  EXPECT_EQ(result.findings[0].verdict, "hang");
}

TEST(Campaign, AWorkerThatTakesTooMuchMemoryIsAFinding) {
  const CampaignResult result = run_campaign({.scenarios = {calm("kv.balloon"), calm()},
                                              .seeds = 2,
                                              .workers = 2,
                                              .run_memory = uint64_t{300} << 20});
  EXPECT_EQ(result.endings[Ending::kMemory], 2u);
  EXPECT_EQ(result.endings[Verdict::kPass], 2u);
  ASSERT_EQ(result.findings.size(), 2u);
  EXPECT_EQ(result.findings[0].verdict, "memory");
  EXPECT_NE(result.findings[0].message.find("300 are allowed"), std::string::npos);
}

TEST(Campaign, NamesEveryCheckThatBrokeAndTheFaultsBefore) {
  const CampaignResult result =
      run_campaign({.scenarios = {calm("kv.forgetful")}, .first_seed = 42, .seeds = 1});
  ASSERT_EQ(result.findings.size(), 1u);
  EXPECT_EQ(result.findings[0].broken, (std::vector<std::string>{"Linearizable"}));
  EXPECT_EQ(result.findings[0].shape, "") << "nothing was configured";
}

TEST(Campaign, InterruptedKeepsWhatItHas) {
  uint64_t seen = 0;
  const CampaignResult result =
      run_campaign({.scenarios = {calm("kv.assertion")},
                    .seeds = 1'000'000,
                    .workers = 2,
                    .interrupted = [&] { return seen >= 10; },
                    .progress = [&](const CampaignResult& so_far) { seen = so_far.runs; }});
  EXPECT_TRUE(result.interrupted);
  EXPECT_GE(result.runs, 10u);
  EXPECT_LT(result.runs, 1'000'000u);
  EXPECT_EQ(result.findings.size(), result.runs);
  EXPECT_EQ(result.endings[Ending::kCrash], 0u) << "workers that were sent away did not crash";
}

TEST(Campaign, NondeterminismIsAFinding) {
  for (const std::string mutant : {"kv.address", "kv.static"}) {
    const CampaignResult result =
        run_campaign({.scenarios = {calm(mutant)}, .seeds = 2, .twice_permille = 1000});
    EXPECT_EQ(result.nondeterministic, 2u);
    ASSERT_EQ(result.findings.size(), 2u);
    EXPECT_NE(result.findings[0].message.find("n1 wakes from its sleep"), std::string::npos);
  }
}

TEST(Twice, ASeedIsChosenByItselfAlone) {
  int chosen = 0;
  for (uint64_t seed = 0; seed < 100'000; ++seed) chosen += is_run_twice(seed, 10) ? 1 : 0;
  EXPECT_GT(chosen, 900);
  EXPECT_LT(chosen, 1100);
  EXPECT_FALSE(is_run_twice(1, 0));
  EXPECT_TRUE(is_run_twice(1, 1000));
}

TEST(Record, DoesNotChangeTheRun) {
  Runner runner;
  const RunResult plain = runner.run(calm(), 7);
  std::string trace;
  const RunResult recorded = record_run(runner, calm(), 7, {.revision = "r"},
                                        [&](std::string_view bytes) { trace += bytes; });
  EXPECT_EQ(plain.trace_hash, recorded.trace_hash);
  TraceReader reader(trace, "trace");
  EXPECT_EQ(reader.header().revision(), "r");
  EXPECT_EQ(recheck(reader, recorded_run(reader, protocols())).trace_hash, plain.trace_hash);
}

}  // namespace
}  // namespace seedbed

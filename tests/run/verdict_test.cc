// Verdicts from the findings of checks: which finding decides, and under which id it is documented.
#include "sim/run/verdict.h"

#include <gtest/gtest.h>

#include "sim/run/protocol.h"

namespace seedbed {
namespace {

ProtocolSpec forgetful() {
  ProtocolSpec spec;
  spec.checks.push_back({.name = "Kept", .assumes = {Assumption::kDisksKeep}});
  spec.checks.push_back({.name = "Served"});
  spec.weaknesses = {{"KV-A1", "a disk forgets", Assumption::kDisksKeep},
                     {"KV-L1", "nobody to ask", std::nullopt}};
  return spec;
}

RunResult result_of(std::vector<CheckResult> checks, RunEnd end = RunEnd::kCompleted) {
  RunResult result;
  result.run_end = end;
  result.operations.ok = 10;
  result.checks = std::move(checks);
  return result;
}

RunResult judged(RunResult result) {
  const ProtocolSpec spec = forgetful();
  excuse(result, spec);
  count_weaknesses(result, spec);
  decide(result, 1);
  return result;
}

CheckResult found(std::string name, CheckStatus status) {
  return {.name = std::move(name),
          .status = status,
          .evaluated = 1,
          .message = "it broke",
          .event = EventIndex{7}};
}

const BrokenAssumption kForgot{.assumption = Assumption::kDisksKeep, .event = EventIndex{5}};

TEST(Verdict, NamesWhatABrokenAssumptionLeadsTo) {
  RunResult broken = result_of({found("Kept", CheckStatus::kViolation)});
  broken.broken_assumptions = {kForgot};
  const RunResult result = judged(broken);
  EXPECT_EQ(result.verdict, Verdict::kAssumptionBroken);
  EXPECT_EQ(result.reason, "KV-A1: it broke");
  EXPECT_EQ(result.probes, (Tally{{"KV-A1", 1}, {"KV-L1", 0}}));
}

// The environment may be as bad as it likes: that alone shows no weakness.
TEST(Verdict, CountsAWeaknessOnlyIfAPromiseBroke) {
  RunResult kept = result_of({found("Kept", CheckStatus::kPass)});
  kept.broken_assumptions = {kForgot};
  EXPECT_EQ(judged(kept).verdict, Verdict::kPass);
  EXPECT_EQ(judged(kept).probes, (Tally{{"KV-A1", 0}, {"KV-L1", 0}}));

  RunResult early = result_of({found("Kept", CheckStatus::kViolation)});
  early.broken_assumptions = {kForgot};
  early.broken_assumptions[0].event = EventIndex{8};  // after the finding
  EXPECT_EQ(judged(early).verdict, Verdict::kViolation);
  EXPECT_EQ(judged(early).probes, (Tally{{"KV-A1", 0}, {"KV-L1", 0}}));
}

TEST(Verdict, NamesWhatAnAssertionOfACodeWithBadDisksMayMean) {
  RunResult stopped = result_of({}, RunEnd::kInvariant);
  stopped.end_message = "an assertion";
  stopped.broken_assumptions = {kForgot};
  EXPECT_EQ(judged(stopped).verdict, Verdict::kAssumptionBroken);
  EXPECT_EQ(judged(stopped).reason, "KV-A1: an assertion");
  EXPECT_EQ(judged(stopped).probes, (Tally{{"KV-A1", 1}, {"KV-L1", 0}}));
}

TEST(Verdict, ExplainsClientsThatWaitInVainByAWeaknessAndByNothingElse) {
  CheckResult weak = found("Served", CheckStatus::kExpectedWeakness);
  weak.weakness = "KV-L1";
  weak.excused = CheckStatus::kLiveness;
  const RunResult explained = judged(result_of({weak}, RunEnd::kTimeLimit));
  EXPECT_EQ(explained.verdict, Verdict::kExpectedWeakness);
  EXPECT_EQ(explained.reason, "KV-L1: it broke");
  EXPECT_EQ(explained.probes, (Tally{{"KV-A1", 0}, {"KV-L1", 1}}));

  const CheckResult stuck = found("Kept", CheckStatus::kLiveness);
  EXPECT_EQ(judged(result_of({weak, stuck}, RunEnd::kTimeLimit)).verdict, Verdict::kLiveness);
  const CheckResult passed = found("Served", CheckStatus::kPass);
  EXPECT_EQ(judged(result_of({passed}, RunEnd::kTimeLimit)).verdict, Verdict::kLiveness);
}

// What a weakness loses is no reason for clients to wait. A protocol with such a one and without a
// check of its progress would hide every stall.
TEST(Verdict, DoesNotLetALossExplainClientsThatWait) {
  CheckResult weak = found("Kept", CheckStatus::kExpectedWeakness);
  weak.weakness = "KV-A1";
  EXPECT_EQ(judged(result_of({weak})).verdict, Verdict::kExpectedWeakness);
  for (const RunEnd end : {RunEnd::kTimeLimit, RunEnd::kIdle}) {
    const RunResult stalled = judged(result_of({weak}, end));
    EXPECT_EQ(stalled.verdict, Verdict::kLiveness);
    EXPECT_EQ(stalled.reason_check, "");
    EXPECT_EQ(stalled.reason, "the clients had not finished when the time was over");
  }
  // The same with an assumption: it must be one that progress rests on.
  for (const CheckStatus status : {CheckStatus::kViolation, CheckStatus::kLiveness}) {
    RunResult broken = result_of({found("Kept", status)}, RunEnd::kTimeLimit);
    broken.broken_assumptions = {kForgot};
    EXPECT_EQ(judged(broken).verdict,
              status == CheckStatus::kLiveness ? Verdict::kAssumptionBroken : Verdict::kLiveness);
  }
}

}  // namespace
}  // namespace seedbed

#include "sim/report/report.h"

#include "sim/report/text.h"
#include "tests/golden.h"
#include "tests/report/lost_entry.h"
#include "tests/report/nonsense.h"

namespace seedbed {
namespace {

size_t lines_of(const std::string& text) {
  return static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
}

RunResult passed(const Story& story) {
  RunResult result = story_result(story);
  result.checks = {{.name = "ElectionSafety", .status = CheckStatus::kPass, .evaluated = 2},
                   {.name = "LeaderCompleteness", .status = CheckStatus::kPass, .evaluated = 48},
                   {.name = "Linearizable", .status = CheckStatus::kPass, .evaluated = 209}};
  result.faults = {{"message_loss", 17}, {"torn_write", 0}, {"crash", 1}, {"partition", 1}};
  result.probes = {{"split_vote", 1},
                   {"log_truncated", 0},
                   {"leader_crashed", 2},
                   {"election", 2},
                   {"retry", 1204}};
  return result;
}

TEST(Report, PassTellsWhatTheRunDid) {
  const LostEntry run;
  const RunResult result = passed(run.story);
  const std::string text = render(story_input(run.story, result));
  expect_golden("report/pass.txt", text);
  EXPECT_LE(lines_of(text), 30u);
}

TEST(Report, PassNamesTheChecksThatDidMostAndWhoCouldHaveSeenWhat) {
  const LostEntry run;
  RunResult result = passed(run.story);
  result.checks.push_back({.name = "Progress", .status = CheckStatus::kPass, .evaluated = 2});
  result.checks[0].status = CheckStatus::kInconclusive;
  const std::string text = render_pass(story_input(run.story, result));
  EXPECT_NE(text.find("1 by what clients saw, with how much they looked at: Progress 2\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("3 by disks, messages and servers: ElectionSafety 2 (inconclusive), "
                      "Linearizable 209,"),
            std::string::npos)
      << "what did not pass first, then what did most: " << text;
  EXPECT_NE(text.find("seedbed list checks demo\n"), std::string::npos) << text;
}

TEST(Report, PassOfAMutantSaysThatItWasNotCaught) {
  const LostEntry run;
  RunResult result = passed(run.story);
  result.mutant = "demo.b01-forget";
  expect_golden("report/pass_mutant.txt", render(story_input(run.story, result)));
}

TEST(Report, PassFitsAScreenHoweverMuchThereIsToSay) {
  Story story({"n1", "n2", "n3"});
  for (int i = 0; i < 60; ++i) {
    story.probe(i, 1,
                std::string(1, static_cast<char>('a' + i % 26)) + "-caption" +
                    std::string(static_cast<size_t>(i), 'x'));
    story.fault(i, EventKind::kFaultBegin, 1,
                "kind-" + std::string(static_cast<size_t>(i % 9), 'y'), "n1 | n2 n3", 1);
  }
  RunResult result = story_result(story);
  for (int i = 0; i < 60; ++i) {
    const std::string name(static_cast<size_t>(i) + 1, 'z');
    result.checks.push_back({.name = name, .status = CheckStatus::kPass, .evaluated = 1});
    result.faults.emplace_back(name, i % 2);
    result.probes.emplace_back(name, i % 3);
  }
  ReportInput input = story_input(story, result);
  input.trace_path = "run.seedtrace";
  EXPECT_LE(lines_of(render_pass(input)), 30u);
}

TEST(Report, ViolationShowsSentenceFactsFaultsDiagramAndHowToSeeItAgain) {
  const LostEntry run;
  const RunResult result = run.result();
  ReportInput input = story_input(run.story, result);
  input.reproduce += " --mutant demo.b01-forget";
  input.trace_path = "failures/demo-42.seedtrace";
  const std::string text = render(input);
  expect_golden("report/violation.txt", text);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

TEST(Report, BoxCharactersAndColourOnlyIfAskedFor) {
  const LostEntry run;
  const RunResult result = run.result();
  expect_golden("report/violation_utf8.txt",
                render(story_input(run.story, result), {.colour = true, .utf8 = true}));
}

TEST(Report, ViolationWithoutATraceNamesThePlan) {
  const LostEntry run;
  RunResult result = run.result();
  result.fault_lines = {"2003  partition n1 | n2 n3  from 9.800s for 1.900s",
                        "1001  crash n3  after disk operation 17 of n3 for 0.800s"};
  ReportInput input = story_input(run.story, result);
  input.events = {};
  expect_golden("report/violation_untraced.txt", render(input));
}

TEST(Report, AssertionHasNoCheckBehindIt) {
  const LostEntry run;
  RunResult result = story_result(run.story);
  result.verdict = Verdict::kViolation;
  result.run_end = RunEnd::kInvariant;
  result.reason = "n2: match_index <= last_index() (5 <= 3)";
  result.reason_check = "assertion";
  expect_golden("report/assertion.txt", render(story_input(run.story, result)));
}

TEST(Report, LivenessFailureShowsWhatHappenedLast) {
  LostEntry run;
  run.story.fault(20'000, EventKind::kFaultEnd, 2003, "partition", "", 1);
  run.story.emit(20'000, {.kind = EventKind::kHeal});
  run.story.probe(20'400, 3, "candidate t3");
  run.story.probe(20'800, 1, "candidate t4");
  run.story.emit(30'000, {.kind = EventKind::kEnd});
  RunResult result = story_result(run.story);
  result.verdict = Verdict::kLiveness;
  result.run_end = RunEnd::kTimeLimit;
  result.reason = "2 operations had not ended 10 s after the faults were over";
  result.reason_check = "Progress";
  result.checks = {{.name = "Progress",
                    .status = CheckStatus::kLiveness,
                    .evaluated = 2,
                    .message = result.reason}};
  expect_golden("report/liveness.txt", render(story_input(run.story, result)));
}

TEST(Report, InconclusiveSaysThatNothingIsProved) {
  const Story story({"n1", "n2", "n3", "c1"});
  RunResult result = story_result(story);
  result.verdict = Verdict::kInconclusive;
  result.operations = {.ok = 12, .fail = 0, .info = 188};
  result.reason = "only 12 of 200 operations ended ok; 100 are needed for a verdict";
  expect_golden("report/inconclusive.txt", render(story_input(story, result)));
}

TEST(Report, WeaknessAndBrokenAssumptionHaveTheirOwnOpening) {
  const LostEntry run;
  RunResult result = run.result();
  result.verdict = Verdict::kExpectedWeakness;
  result.checks.front().status = CheckStatus::kExpectedWeakness;
  const std::string weakness = render(story_input(run.story, result));
  EXPECT_TRUE(
      weakness.starts_with("EXPECTED WEAKNESS  demo/partitions  seed 42  mutant demo.b01-forget\n"
                           "  A weakness that demo is known to have showed itself.\n"));
  result.verdict = Verdict::kAssumptionBroken;
  const std::string broken = render(story_input(run.story, result));
  EXPECT_TRUE(
      broken.starts_with("ASSUMPTION BROKEN  demo/partitions  seed 42  mutant demo.b01-forget\n"
                         "  The environment went beyond what demo promises to survive.\n"));
}

TEST(Report, CallersChooseWhatToTypeNext) {
  const Story story({"n1"});
  const RunResult result = story_result(story);
  ReportInput input = story_input(story, result);
  input.next = {{"seedbed list scenarios", "see the others"}};
  const std::string text = render(input);
  EXPECT_NE(text.find("  next:       seedbed list scenarios  # see the others\n"),
            std::string::npos);
  EXPECT_EQ(text.find("hunt"), std::string::npos);
}

TEST(Report, OfAnyRunFitsTheWidth) {
  Numbers numbers(3);
  for (int round = 0; round < 200; ++round) {
    const uint64_t count = numbers.below(150);
    const Story story = nonsense(numbers, 1 + numbers.below(12), count);
    RunResult result = story_result(story);
    result.verdict = static_cast<Verdict>(numbers.below(kVerdicts));
    CheckResult check{.name = std::string(numbers.below(120), 'c'),
                      .status = CheckStatus::kViolation,
                      .message = std::string(numbers.below(300), 'm'),
                      .event = EventIndex{numbers.below(count + 1)}};
    for (uint64_t i = numbers.below(17); i > 0; --i) {
      check.facts.push_back(fact_at(story, EventIndex{numbers.below(count + 1)},
                                    std::string(numbers.below(200), 'f')));
    }
    result.reason = check.message;
    result.reason_check = check.name;
    result.checks = {check, check};
    std::istringstream lines(render(story_input(story, result)));
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), kReportWidth) << line;
  }
}

TEST(Report, TextsOfAProtocolCannotMoveTheCursor) {
  LostEntry run;
  run.story.probe(10'320, 2, "\x1b[2J\nboo");
  RunResult result = run.result();
  result.reason = "bad \x1b[31m bytes \xff\n here";
  const std::string text = render(story_input(run.story, result));
  for (const char c : text) EXPECT_TRUE(c == '\n' || (c >= ' ' && c <= '~'));
}

}  // namespace
}  // namespace seedbed

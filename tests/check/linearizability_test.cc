#include <gtest/gtest.h>

#include "sim/check/linearizability_checker.h"
#include "tests/check/script.h"

namespace seedbed {
namespace {

CheckOutcome judge(Script& script, const LinearizabilityOptions& options = {}) {
  return check_linearizable(script.history(), key_value_model(), options);
}

Operation get() { return Operation::get("x"); }
Operation put(std::string value) { return Operation::put("x", std::move(value)); }
Response done() { return Response::done(); }
Response found(std::string value) { return Response::found(std::move(value)); }

TEST(Linearizability, AcceptsOperationsThatOverlapInAnyOrder) {
  Script script;
  script.ok(1, put("1"), done(), 0, 100);
  script.ok(2, put("2"), done(), 0, 100);
  script.ok(3, get(), found("2"), 10, 20);
  script.ok(3, get(), found("1"), 30, 40);
  EXPECT_EQ(judge(script).status, CheckStatus::kPass);
  EXPECT_EQ(judge(script).operations, 4u);
}

TEST(Linearizability, NamesTheWriteThatAStaleReadHasMissed) {
  Script script;
  script.ok(6, put("3"), done(), 900, 950);
  script.ok(6, put("5"), done(), 1000, 1100);
  script.ok(7, get(), found("3"), 1200, 1204);
  const CheckOutcome result = judge(script);
  EXPECT_EQ(result.status, CheckStatus::kViolation);
  EXPECT_EQ(result.message,
            "get(x) by c7 returned \"3\" at 1.204s, but put(x,\"5\") by c6 had completed at 1.100s "
            "and nothing wrote \"3\" after it");
  EXPECT_EQ(result.at, EventIndex{6});
  ASSERT_EQ(result.facts.size(), 6u);
  EXPECT_EQ(result.facts[1].text, "put(x,\"3\") by c6 completed");
  EXPECT_EQ(result.facts[1].time, kStart + 950ms);
  EXPECT_EQ(result.facts[5].text, "get(x) by c7 returned \"3\"");
}

TEST(Linearizability, NamesTheReadThatProvesAValueWasGone) {
  Script script;
  script.ok(1, put("3"), done(), 0, 10);
  script.open(2, put("5"), 20);
  script.ok(3, get(), found("5"), 30, 40);
  script.ok(4, get(), found("3"), 50, 60);
  EXPECT_EQ(judge(script).message,
            "get(x) by c4 returned \"3\" at 0.060s, but get(x) by c3 had returned \"5\" at 0.040s "
            "and nothing wrote \"3\" after it");
}

TEST(Linearizability, NamesTheReadThatProvesAnUnknownWriteWasSpent) {
  Script script;
  script.open(1, put("3"), 0);
  script.ok(3, get(), found("3"), 10, 20);
  script.ok(2, put("5"), done(), 30, 40);
  script.ok(4, get(), found("3"), 50, 60);
  EXPECT_EQ(judge(script).message,
            "get(x) by c4 returned \"3\" at 0.060s, but put(x,\"5\") by c2 had completed at 0.040s "
            "and nothing wrote \"3\" after it");
}

TEST(Linearizability, NamesALostWrite) {
  Script script;
  script.ok(1, put("3"), done(), 0, 10);
  script.ok(2, get(), Response::absent(), 20, 30);
  EXPECT_EQ(judge(script).message,
            "get(x) by c2 found nothing at 0.030s, but put(x,\"3\") by c1 had completed at 0.010s "
            "and nothing deleted x after it");
}

TEST(Linearizability, NamesAValueThatNobodyWrote) {
  Script script;
  script.ok(1, put("3"), done(), 0, 10);
  script.ok(2, get(), found("4"), 20, 30);
  EXPECT_EQ(judge(script).message,
            "get(x) by c2 returned \"4\" at 0.030s, but nothing ever wrote \"4\"");
  script.ok(3, put("4"), done(), 40, 50);
  EXPECT_EQ(judge(script).message,
            "get(x) by c2 returned \"4\" at 0.030s, but nothing wrote \"4\" before put(x,\"4\") by "
            "c3 began at 0.040s");
}

TEST(Linearizability, NamesAFailedWriteThatWasSeen) {
  Script script;
  script.operation(1, put("3"), Response::fail("refused"), 0, 10);
  script.ok(2, get(), found("3"), 20, 30);
  EXPECT_EQ(judge(script).message,
            "get(x) by c2 returned \"3\" at 0.030s, but nothing ever wrote \"3\": put(x,\"3\") by "
            "c1 failed (refused) at 0.010s");
}

TEST(Linearizability, NamesAnAppendThatIsMissing) {
  Script script;
  script.ok(1, Operation::append("x", "a"), done(), 0, 10);
  script.ok(2, Operation::append("x", "b"), done(), 20, 30);
  script.ok(3, get(), found("b"), 40, 50);
  EXPECT_EQ(judge(script).message,
            "get(x) by c3 returned \"b\" at 0.050s, but append(x,\"a\") by c1 had completed at "
            "0.010s and is missing from it");
}

TEST(Linearizability, KnowsWhatAppendsCanAndCannotBringAbout) {
  Script script;
  script.ok(1, put("a"), done(), 0, 10);
  script.ok(1, Operation::append("x", "b"), done(), 20, 30);
  script.ok(2, get(), found("a"), 40, 50);
  EXPECT_EQ(judge(script).message,
            "get(x) by c2 returned \"a\" at 0.050s, but append(x,\"b\") by c1 had completed at "
            "0.030s and nothing wrote \"a\" after it");
  Script other;
  other.ok(1, put("a"), done(), 0, 10);
  other.ok(1, Operation::append("x", "b"), done(), 20, 30);
  other.ok(1, Operation::append("x", "b"), done(), 40, 50);
  other.ok(2, get(), found("ab"), 60, 70);
  EXPECT_EQ(judge(other).message,
            "get(x) by c2 returned \"ab\" at 0.070s, but no order of the operations on x allows "
            "that: append(x,\"b\") by c1 had completed at 0.050s, append(x,\"b\") by c1 had "
            "completed at 0.030s, put(x,\"a\") by c1 had completed at 0.010s");
}

TEST(Linearizability, NamesTwoSuccessesOfOneCompareAndSwap) {
  Script script;
  script.ok(1, put("3"), done(), 0, 10);
  script.ok(1, Operation::cas("x", "3", "4"), done(), 20, 40);
  script.ok(2, Operation::cas("x", "3", "5"), done(), 25, 45);
  EXPECT_EQ(
      judge(script).message,
      "cas(x,\"3\",\"5\") by c2 succeeded at 0.045s, but cas(x,\"3\",\"4\") by c1 had succeeded "
      "at 0.040s, replacing the same, and nothing wrote \"3\" again");
}

TEST(Linearizability, ListsWhatContradictsAMismatch) {
  Script script;
  script.ok(1, put("3"), done(), 0, 10);
  script.ok(2, Operation::cas("x", "3", "4"), Response::mismatch(), 20, 30);
  EXPECT_EQ(
      judge(script).message,
      "cas(x,\"3\",\"4\") by c2 found another value at 0.030s, but no order of the operations "
      "on x allows that: put(x,\"3\") by c1 had completed at 0.010s");
}

TEST(Linearizability, LeavesOutWhatDoesNotMatter) {
  Script script;
  for (int i = 0; i < 200; ++i) {
    script.ok(1, put(std::to_string(i)), done(), 10 * i, 10 * i + 5);
    script.ok(2, get(), found(std::to_string(i)), 10 * i + 6, 10 * i + 8);
  }
  script.ok(3, get(), found("150"), 3000, 3001);
  for (int i = 400; i < 500; ++i) {
    script.ok(1, put(std::to_string(i)), done(), 10 * i, 10 * i + 5);
  }
  const CheckOutcome result = judge(script);
  EXPECT_EQ(result.message,
            "get(x) by c3 returned \"150\" at 3.001s, but get(x) by c2 had returned \"199\" at "
            "1.998s and nothing wrote \"150\" after it");
  EXPECT_LE(result.facts.size(), 8u);
}

TEST(Linearizability, LetsAnUnknownWriteTakeEffectMuchLaterOrNever) {
  Script script;
  script.operation(1, put("3"), Response::info("timeout"), 0, 10);
  script.ok(2, get(), Response::absent(), 20, 30);
  EXPECT_EQ(judge(script).status, CheckStatus::kPass);
  script.ok(2, get(), found("3"), 40, 50);
  EXPECT_EQ(judge(script).status, CheckStatus::kPass);
  script.ok(2, get(), Response::absent(), 60, 70);
  EXPECT_EQ(judge(script).status, CheckStatus::kViolation);
}

TEST(Linearizability, DoesNotLetAnUnknownWriteTakeEffectBeforeItBegan) {
  Script script;
  script.ok(2, get(), found("3"), 0, 10);
  script.open(1, put("3"), 20);
  EXPECT_EQ(judge(script).status, CheckStatus::kViolation);
}

TEST(Linearizability, IgnoresWhatAnUnknownReadWouldHaveSeen) {
  Script script;
  script.ok(1, put("3"), done(), 0, 10);
  script.operation(2, get(), Response::info("timeout"), 20, 30);
  script.operation(2, get(), Response::fail("refused"), 40, 50);
  EXPECT_EQ(judge(script).status, CheckStatus::kPass);
}

TEST(Linearizability, FindsAViolationOnOneKeyThoughAnotherIsTooHard) {
  Script script;
  auto hard = [&](int64_t i) { return Operation::append("hard", std::to_string(i)); };
  for (int i = 0; i < 20; ++i) script.ok(100 + i, hard(i), done(), 0, 10'000);
  script.ok(99, Operation::put("hard", "y"), done(), 0, 10'000);
  script.ok(98, Operation::get("hard"), found("never"), 0, 10'000);
  EXPECT_EQ(judge(script, {.max_steps = 50'000}).status, CheckStatus::kInconclusive);
  EXPECT_EQ(judge(script, {.max_steps = 50'000}).message.substr(0, 21), "no verdict about hard");
  script.ok(1, get(), found("1"), 0, 10);
  const CheckOutcome result = judge(script, {.max_steps = 50'000});
  EXPECT_EQ(result.status, CheckStatus::kViolation);
  EXPECT_EQ(result.message, "get(x) by c1 returned \"1\" at 0.010s, but nothing ever wrote \"1\"");
}

TEST(Linearizability, StaysWithinItsMemory) {
  Script script;
  for (int i = 0; i < 25; ++i) {
    script.ok(100 + i, Operation::append("x", std::to_string(i)), done(), 0, 10'000);
  }
  script.ok(99, put("y"), done(), 0, 10'000);
  script.ok(98, get(), found("never"), 0, 10'000);
  const CheckOutcome result = judge(script, {.max_steps = 1'000'000'000, .max_memory = 4 << 20});
  EXPECT_EQ(result.status, CheckStatus::kInconclusive);
  EXPECT_LT(result.steps, 5'000'000u);
}

TEST(Linearizability, LeavesForeignKeysAloneButNotForeignOperationsOnItsOwn) {
  Script script;
  script.ok(1, put("3"), done(), 0, 10);
  script.ok(1, Operation::increment("likes"), done(), 20, 30);
  EXPECT_EQ(judge(script).status, CheckStatus::kPass);
  EXPECT_EQ(judge(script).operations, 1u);
  script.ok(1, Operation::increment("x"), done(), 40, 50);
  EXPECT_EQ(judge(script).status, CheckStatus::kInconclusive);
}

TEST(Linearizability, JudgesCounters) {
  Script script;
  script.ok(1, Operation::increment("n", 2), done(), 0, 10);
  script.operation(2, Operation::decrement("n"), Response::info("timeout"), 0, 10);
  script.ok(3, Operation::read("n"), Response::number_is(2), 20, 30);
  script.ok(3, Operation::read("n"), Response::number_is(1), 40, 50);
  EXPECT_EQ(check_linearizable(script.history(), counter_model()).status, CheckStatus::kPass);
  script.ok(3, Operation::read("n"), Response::number_is(2), 60, 70);
  const CheckOutcome result = check_linearizable(script.history(), counter_model());
  EXPECT_EQ(result.message,
            "read(n) by c3 returned 2 at 0.070s, but no order of the operations on n allows that: "
            "read(n) by c3 had returned 1 at 0.050s");
}

TEST(Linearizability, SearchesNoFurtherThanItMustInALongHistory) {
  // Ten clients on one key, all overlapping, values unique: a search without memory would not end.
  Script script;
  for (int round = 0; round < 200; ++round) {
    const int64_t t = round * 100;
    for (int client = 0; client < 10; ++client) {
      const std::string value = std::to_string(round * 10 + client);
      if (client % 2 == 0) script.ok(client, put(value), done(), t + client, t + 60 + client);
      if (client % 2 == 1) {
        script.ok(client, get(), found(std::to_string(round * 10 + client - 1)), t + client,
                  t + 60 + client);
      }
    }
  }
  const CheckOutcome result = judge(script);
  EXPECT_EQ(result.status, CheckStatus::kPass);
  EXPECT_EQ(result.operations, 2000u);
  EXPECT_LT(result.steps, 40'000u);
}

Entry asked(const char* function, const char* argument) {
  Entry entry;
  entry.operation = {.function = function, .key = "x", .argument = argument};
  entry.response = Response::done();
  entry.invoked = EventIndex{1};
  entry.returned = EventIndex{2};
  return entry;
}

TEST(Linearizability, IsNoQuestionWithoutAnOrderOfTime) {
  HistoryParts parts{.entries = {asked("write", "1")}, .order = Order::kSessions};
  const CheckOutcome outcome = check_linearizable(History(std::move(parts)), register_model());
  EXPECT_EQ(outcome.status, CheckStatus::kInconclusive);
  EXPECT_NE(outcome.message.find("no order of time"), std::string::npos);
}

TEST(Linearizability, GivesUpOnWhatAnObjectCannotHoldAtFirst) {
  HistoryParts parts{.entries = {asked("enqueue", "1")}};
  parts.convention.initial = "0";
  const CheckOutcome outcome = check_linearizable(History(std::move(parts)), queue_model());
  EXPECT_EQ(outcome.status, CheckStatus::kInconclusive);
  EXPECT_NE(outcome.message.find("cannot hold"), std::string::npos);
}

// A drain is many dequeues, and the history does not tell when they happened.
TEST(Linearizability, SaysNothingOfADrain) {
  const History history(std::vector<Entry>{asked("drain", "")});
  const CheckOutcome outcome = check_linearizable(history, queue_model());
  EXPECT_NE(outcome.status, CheckStatus::kViolation);
  EXPECT_EQ(outcome.operations, 0u);
}

TEST(Linearizability, ForgetsNoKeyInItsOutcome) {
  Script script;
  script.ok(1, Operation::put("x", "1"), done(), 0, 10);
  script.ok(2, Operation::put("y", "1"), done(), 5, 15);
  script.ok(2, Operation::get("y"), found("1"), 20, 30);
  const CheckOutcome outcome = check_linearizable(script.history(), key_value_model());
  ASSERT_EQ(outcome.keys.size(), 2u);
  EXPECT_EQ(outcome.algorithm, "zones");
  EXPECT_EQ(outcome.keys[1].key, "y");
  EXPECT_EQ(outcome.keys[1].entries, (std::vector<uint64_t>{2, 3}));
  EXPECT_EQ(outcome.keys[1].order, (std::vector<uint64_t>{2, 3}));
}

TEST(LinearizabilityChecker, SaysNothingOfAnEmptyRun) {
  Script script;
  script.open(1, put("1"), 0);
  LinearizabilityChecker checker("linearizable", key_value_model());
  EXPECT_EQ(script.play(checker).status, CheckStatus::kInconclusive);
}

TEST(LinearizabilityChecker, PassesAndCountsWhatItJudged) {
  Script script;
  script.ok(1, put("1"), done(), 0, 10);
  script.operation(1, put("2"), Response::info("timeout"), 20, 30);
  LinearizabilityChecker checker("linearizable", key_value_model());
  const CheckResult result = script.play(checker);
  EXPECT_EQ(result.status, CheckStatus::kPass);
  EXPECT_EQ(result.evaluated, 1u);
}

TEST(LinearizabilityChecker, ReportsTheViolation) {
  Script script;
  script.ok(1, put("1"), done(), 0, 10);
  script.ok(2, get(), found("2"), 20, 30);
  LinearizabilityChecker checker("linearizable", key_value_model());
  const CheckResult result = script.play(checker);
  EXPECT_EQ(result.status, CheckStatus::kViolation);
  EXPECT_EQ(result.event, EventIndex{4});
  EXPECT_EQ(result.name, "linearizable");
}

}  // namespace
}  // namespace seedbed

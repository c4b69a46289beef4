#include "sim/check/counter_bounds.h"

#include <gtest/gtest.h>

#include "sim/check/linearizability.h"
#include "sim/core/hash.h"
#include "tests/check/script.h"

namespace seedbed {
namespace {

Operation add(int64_t amount) { return Operation::increment("n", amount); }
Operation subtract(int64_t amount) { return Operation::decrement("n", amount); }
Operation read() { return Operation::read("n"); }
Response is(int64_t value) { return Response::number_is(value); }

CheckResult judge_reads(Script& script) {
  CounterReadBounds checker("reads-in-bounds");
  return script.play(checker);
}

CheckResult judge_final(Script& script, Duration settle = Duration{0}) {
  CounterFinalBounds checker("nothing-lost", {.settle = settle});
  return script.play(checker);
}

TEST(CounterReadBounds, AcceptsWhatMayHaveBeenAdded) {
  Script script;
  script.ok(1, add(2), Response::done(), 0, 10);
  script.operation(2, add(10), Response::info("timeout"), 0, 10);
  script.ok(3, subtract(1), Response::done(), 20, 40);
  script.ok(4, read(), is(2), 30, 35);
  script.ok(4, read(), is(1), 36, 38);
  script.ok(4, read(), is(12), 39, 45);
  script.ok(4, read(), is(11), 50, 55);
  EXPECT_EQ(judge_reads(script).status, CheckStatus::kPass);
  EXPECT_EQ(judge_reads(script).evaluated, 4u);
}

TEST(CounterReadBounds, RefusesAReadThatMissesAnAcknowledgedIncrement) {
  Script script;
  script.ok(1, add(2), Response::done(), 0, 10);
  script.ok(1, add(3), Response::done(), 15, 30);
  script.ok(4, read(), is(1), 20, 25);
  const CheckResult result = judge_reads(script);
  EXPECT_EQ(result.status, CheckStatus::kViolation);
  EXPECT_EQ(result.message,
            "read(n) by c4 returned 1 at 0.025s, but what had been added before it began and might "
            "be added before it returned allows only 2 to 5");
  EXPECT_EQ(result.event, EventIndex{5});
  EXPECT_EQ(result.facts.size(), 3u);
}

TEST(CounterReadBounds, RefusesAReadOfMoreThanWasAdded) {
  Script script;
  script.ok(1, add(2), Response::done(), 0, 10);
  script.operation(2, add(5), Response::fail("refused"), 0, 10);
  script.ok(4, read(), is(4), 20, 25);
  script.ok(1, add(2), Response::done(), 30, 40);  // too late
  const CheckResult result = judge_reads(script);
  EXPECT_EQ(result.status, CheckStatus::kViolation);
  EXPECT_NE(result.message.find("allows only 2"), std::string::npos);
}

TEST(CounterReadBounds, RefusesAReadThatMissesAnAcknowledgedDecrement) {
  Script script;
  script.ok(1, add(2), Response::done(), 0, 10);
  script.ok(1, subtract(1), Response::done(), 20, 30);
  script.ok(4, read(), is(2), 40, 50);
  EXPECT_EQ(judge_reads(script).status, CheckStatus::kViolation);
}

TEST(CounterReadBounds, AllowsForAnUnknownDecrementForever) {
  Script script;
  script.ok(1, add(2), Response::done(), 0, 10);
  script.operation(2, subtract(1), Response::info("timeout"), 20, 30);
  script.ok(4, read(), is(1), 1000, 1001);
  EXPECT_EQ(judge_reads(script).status, CheckStatus::kPass);
}

TEST(CounterReadBounds, KeepsCountersApart) {
  Script script;
  script.ok(1, Operation::increment("m", 7), Response::done(), 0, 10);
  script.ok(4, read(), is(7), 20, 25);
  EXPECT_EQ(judge_reads(script).status, CheckStatus::kViolation);
}

TEST(CounterReadBounds, DoesNotOverflow) {
  Script script;
  for (int i = 0; i < 4; ++i) script.ok(1, add(INT64_MAX), Response::done(), 10 * i, 10 * i + 5);
  script.ok(4, read(), is(5), 100, 101);
  EXPECT_EQ(judge_reads(script).status, CheckStatus::kViolation);
}

TEST(CounterReadBounds, AreNecessaryForLinearizability) {
  // Whatever is linearizable is in bounds.
  size_t in_bounds = 0, linearizable = 0;
  for (uint64_t seed = 1; seed <= 3000; ++seed) {
    Script script;
    for (uint32_t i = 0; i < 6; ++i) {
      auto draw = [&, n = uint64_t{0}](uint64_t bound) mutable {
        return static_cast<int64_t>(mix(mix(seed, i), ++n) % bound);
      };
      const int64_t from = 2 * draw(20);
      const int64_t to = from + 1 + 2 * draw(10);
      const int64_t amount = draw(3) - 1;
      const int64_t kind = draw(4);
      if (kind < 2) script.ok(i, read(), is(draw(3)), from, to);
      if (kind == 2) script.ok(i, add(amount), Response::done(), from, to);
      if (kind == 3) script.operation(i, add(amount), Response::info("timeout"), from, to);
    }
    const bool bounded = judge_reads(script).status != CheckStatus::kViolation;
    const bool linear =
        check_linearizable(script.history(), counter_model()).status == CheckStatus::kPass;
    EXPECT_TRUE(bounded || !linear) << seed;
    in_bounds += bounded ? 1 : 0;
    linearizable += linear ? 1 : 0;
  }
  EXPECT_LT(in_bounds, 2900u);
  EXPECT_GT(in_bounds, linearizable);  // and not sufficient
  EXPECT_GT(linearizable, 100u);
}

TEST(CounterFinalBounds, AcceptsLagBeforeAndNothingLostAfterSettling) {
  Script script;
  script.ok(1, add(1), Response::done(), 0, 10);
  script.operation(2, add(1), Response::info("timeout"), 0, 10);
  script.at(20, EventKind::kHeal);
  script.ok(3, read(), is(0), 30, 31);
  script.ok(3, read(), is(1), 130, 131);
  script.ok(4, read(), is(2), 130, 131);
  const CheckResult result = judge_final(script, 100ms);
  EXPECT_EQ(result.status, CheckStatus::kPass);
  EXPECT_EQ(result.evaluated, 2u);
}

TEST(CounterFinalBounds, NamesALostIncrement) {
  Script script;
  script.ok(1, add(1), Response::done(), 0, 10);
  script.ok(2, add(1), Response::done(), 0, 10);
  script.at(20, EventKind::kHeal);
  script.ok(3, read(), is(1), 30, 31);
  EXPECT_EQ(judge_final(script).message,
            "read(n) by c3 returned 1 at 0.031s, after all additions, but those acknowledged and "
            "those unknown sum to 2: an addition is lost");
}

TEST(CounterFinalBounds, NamesAnIncrementThatWasCountedTwice) {
  Script script;
  script.ok(1, add(1), Response::done(), 0, 10);
  script.operation(2, add(1), Response::info("timeout"), 0, 10);
  script.at(20, EventKind::kHeal);
  script.ok(3, read(), is(3), 30, 31);
  EXPECT_EQ(judge_final(script).message,
            "read(n) by c3 returned 3 at 0.031s, after all additions, but those acknowledged and "
            "those unknown sum to 1 to 2: one was counted twice");
}

TEST(CounterFinalBounds, IsInconclusiveWithoutAFinalRead) {
  Script script;
  script.ok(1, add(1), Response::done(), 0, 10);
  script.ok(3, read(), is(7), 30, 31);
  EXPECT_EQ(judge_final(script).status, CheckStatus::kInconclusive);
  script.at(40, EventKind::kHeal);
  EXPECT_EQ(judge_final(script).status, CheckStatus::kInconclusive);
}

}  // namespace
}  // namespace seedbed

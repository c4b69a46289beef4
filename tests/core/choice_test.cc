// One test for each rule that choices promise.
#include "sim/core/choice.h"

#include <gtest/gtest.h>

namespace seedbed {
namespace {

constexpr Site kLoss("test.loss", ChoiceClass::kFault);
constexpr Site kJitter("test.jitter", ChoiceClass::kAmbient);

TEST(Choices, AreAFunctionOfSeedAndKeyAlone) {
  Choices one(7), two(7), other(8);
  const Scope scope = one.scope("n1->n2");
  EXPECT_EQ(one.ambient(kJitter, scope, 3), two.ambient(kJitter, scope, 3));
  EXPECT_NE(one.ambient(kJitter, scope, 3), other.ambient(kJitter, scope, 3));
}

TEST(Choices, DoNotShiftWhenOthersAreDrawnInBetween) {
  Choices one(7), two(7);
  const Scope scope = one.scope("n1->n2");
  for (uint64_t i = 1; i < 100; ++i) one.ambient(kJitter, one.scope("n9->n8"), i);
  EXPECT_EQ(one.ambient(kJitter, scope, 1), two.ambient(kJitter, scope, 1));
}

TEST(Choices, DifferBySiteScopeAndOrdinal) {
  constexpr Site other_site("test.other", ChoiceClass::kAmbient);
  Choices choices(7);
  const Scope scope = choices.scope("n1->n2");
  const uint64_t value = choices.ambient(kJitter, scope, 1);
  EXPECT_NE(value, choices.ambient(other_site, scope, 1));
  EXPECT_NE(value, choices.ambient(kJitter, choices.scope("n2->n1"), 1));
  EXPECT_NE(value, choices.ambient(kJitter, scope, 2));
}

TEST(Choices, FireFaultsAtTheirOddsWithMagnitudesSpreadEvenly) {
  Choices choices(7);
  const Scope scope = choices.scope("n1->n2");
  int fired = 0;
  std::array<int, 4> magnitudes{};
  for (uint64_t i = 0; i < 100'000; ++i) {
    const uint64_t value = choices.fault(kLoss, scope, i, Ratio::permille(100), 3);
    ASSERT_LE(value, 3u);
    if (value != 0) ++fired;
    ++magnitudes[value];
  }
  EXPECT_NEAR(fired, 10'000, 500);
  for (int m = 1; m <= 3; ++m) EXPECT_NEAR(magnitudes[m], 3'333, 300);
}

TEST(Choices, LogEveryFaultThatFiresInWords) {
  Choices choices(7);
  choices.start_logging();
  const Scope scope = choices.scope("n1->n2 Append");
  const Label label{.first = "term", .first_value = 3, .second = "index", .second_value = 7};
  EXPECT_EQ(choices.fault(kLoss, scope, 17, Ratio(1, 1), 1, label), 1u);
  EXPECT_EQ(choices.fault(kLoss, scope, 18, Ratio(), 1), 0u);
  ASSERT_EQ(choices.log().size(), 1u);
  EXPECT_EQ(choices.log()[0].text(), "test.loss  n1->n2 Append  #17 (term=3 index=7) = 1");
}

TEST(Choices, ReplayTheLogAndNothingElse) {
  Choices first(7);
  first.start_logging();
  std::vector<uint64_t> drawn;
  for (uint64_t i = 0; i < 200; ++i) {
    drawn.push_back(first.fault(kLoss, first.scope("a"), i, Ratio(1, 3), 9));
  }
  Choices again(7);
  again.replay_faults(first.log());
  for (uint64_t i = 0; i < 200; ++i) {
    EXPECT_EQ(again.fault(kLoss, again.scope("a"), i, Ratio(1, 3), 9), drawn[i]);
  }
  Choices benign(7);
  benign.replay_faults({});
  for (uint64_t i = 0; i < 200; ++i) {
    EXPECT_EQ(benign.fault(kLoss, benign.scope("a"), i, Ratio(1, 3), 9), 0u);
  }
}

TEST(Choices, MatchALabelBeforeAnOrdinal) {
  Choices choices(7);
  choices.replay_faults(
      {{.site = "test.loss", .scope = "a", .ordinal = 5, .label = "term=3", .value = 2}});
  EXPECT_EQ(choices.fault(kLoss, choices.scope("a"), 5, Ratio(), 9), 0u);
  EXPECT_EQ(choices.fault(kLoss, choices.scope("a"), 6, Ratio(), 9, Label{"term", 3}), 2u);
}

TEST(Choices, ReportOverridesThatMatchNothing) {
  Choices choices(7);
  choices.replay_faults({{.site = "test.loss", .scope = "a", .ordinal = 5, .value = 2},
                         {.site = "test.loss", .scope = "gone", .ordinal = 1, .value = 1}});
  EXPECT_EQ(choices.fault(kLoss, choices.scope("a"), 5, Ratio(), 9), 2u);
  ASSERT_EQ(choices.unmatched().size(), 1u);
  EXPECT_EQ(choices.unmatched()[0].scope, "gone");
}

TEST(Choices, LeaveHolesWhenAFaultIsRemoved) {
  Choices choices(7);
  choices.replay_faults({{.site = "test.loss", .scope = "a", .ordinal = 9, .value = 1}});
  for (uint64_t i = 1; i <= 9; ++i) {
    EXPECT_EQ(choices.fault(kLoss, choices.scope("a"), i, Ratio(1, 2), 1), i == 9 ? 1u : 0u);
  }
}

TEST(Choices, NeverZeroAmbientDrawsInReplay) {
  Choices plain(7), replayed(7);
  replayed.replay_faults({});
  EXPECT_EQ(plain.ambient(kJitter, plain.scope("a"), 1),
            replayed.ambient(kJitter, replayed.scope("a"), 1));
}

TEST(Choices, QuietenASiteToItsMiddle) {
  Choices choices(7);
  choices.quieten("test.jitter");
  EXPECT_EQ(choices.ambient(kJitter, choices.scope("a"), 1), uint64_t{1} << 63);
}

TEST(Choices, DieWhenAKeyIsDrawnTwiceWhileLogging) {
  Choices choices(7);
  choices.start_logging();
  choices.ambient(kJitter, choices.scope("a"), 1);
  EXPECT_DEATH(choices.ambient(kJitter, choices.scope("a"), 1), "drawn twice");
}

TEST(Choices, LetADrawBeMadeAgainByAnOwnerThatKeepsNothing) {
  Choices choices(7);
  choices.start_logging();
  const uint64_t first = choices.ambient_again(kJitter, choices.scope("a"), 1);
  EXPECT_EQ(choices.ambient_again(kJitter, choices.scope("a"), 1), first);
  choices.override_with({{.site = "test.jitter", .scope = "a", .ordinal = 1, .value = 5}});
  EXPECT_EQ(choices.ambient_again(kJitter, choices.scope("a"), 1), 5u);
}

TEST(Random, ExponentialHasMeanAndMedianOfTheRealOne) {
  unsigned __int128 sum = 0;
  constexpr uint64_t kDraws = 200'000;
  uint64_t beyond_median = 0;
  for (uint64_t i = 1; i <= kDraws; ++i) {
    const uint64_t value = exponential(scramble(i));
    sum += value;
    if (value > 2977044472) ++beyond_median;  // ln 2 in 32.32
  }
  const double mean = static_cast<double>(sum / kDraws) / 4294967296.0;
  EXPECT_NEAR(mean, 1.0, 0.01);
  EXPECT_NEAR(static_cast<double>(beyond_median) / kDraws, 0.5, 0.01);
}

TEST(Random, ExponentialIsPinned) {
  // These values are part of every trace hash: a change here changes every run.
  EXPECT_EQ(exponential(1), 190530846208u);
  EXPECT_EQ(exponential(uint64_t{1} << 63), 2977044472u);
  EXPECT_EQ(exponential(~uint64_t{0}), 0u);
}

TEST(Random, DelayStaysWithinItsBounds) {
  const Delay delay{.min = 1ms, .mean = 2ms, .max = 4ms};
  for (uint64_t i = 0; i < 10'000; ++i) {
    EXPECT_GE(delay.sample(scramble(i)), 1ms);
    EXPECT_LE(delay.sample(scramble(i)), 4ms);
  }
}

}  // namespace
}  // namespace seedbed

// Mistakes that a checker of histories could make, each made on purpose and noticed: some small
// history gets a verdict, or an order, that is not the truth.
#include <gtest/gtest.h>

#include "sim/check/linearizability.h"
#include "tests/check/toy.h"

namespace seedbed {
namespace {

struct Mistake {
  LinearDefect defect;
  const char* name;
  const char* object;   // whose histories show it
  bool methods = true;  // else only the search is asked
  bool unique = false;
};

const Mistake kMistakes[] = {
    {LinearDefect::kDropsUnknown, "DropsUnknown", "register", false},
    {LinearDefect::kTrustsUnknown, "TrustsUnknown", "register", false},
    {LinearDefect::kTrustsFailed, "TrustsFailed", "register", false},
    {LinearDefect::kReadsNilAsNothing, "ReadsNilAsNothing", "register"},
    {LinearDefect::kForgetsMismatch, "ForgetsMismatch", "cas-register"},
    {LinearDefect::kForgetsInitial, "ForgetsInitial", "register"},
    {LinearDefect::kForgetsState, "ForgetsState", "cas-register", false},
    {LinearDefect::kHurries, "Hurries", "register", false},
    {LinearDefect::kForgetsRealTime, "ForgetsRealTime", "register", false},
    {LinearDefect::kTouchingIsBefore, "TouchingIsBefore", "register", false},
    {LinearDefect::kTwinsReversed, "TwinsReversed", "counter", false},
    {LinearDefect::kForgetsBreaks, "ForgetsBreaks", "key-value", false},
    {LinearDefect::kNothingAfterIdle, "NothingAfterIdle", "counter", false},
    {LinearDefect::kForgetsBackwardZones, "ForgetsBackwardZones", "register", true, true},
    {LinearDefect::kForgetsInitialReads, "ForgetsInitialReads", "register", true, true},
    {LinearDefect::kAcceptsThinAir, "AcceptsThinAir", "register", true, true},
    {LinearDefect::kForgetsDuplicates, "ForgetsDuplicates", "register"},
    {LinearDefect::kForgetsChains, "ForgetsChains", "cas-register", true, true},
    {LinearDefect::kForgetsLevels, "ForgetsLevels", "list", true, true},
    {LinearDefect::kForgetsPrefixes, "ForgetsPrefixes", "list", true, true},
    {LinearDefect::kForgetsInversion, "ForgetsInversion", "queue", true, true},
    {LinearDefect::kForgetsStuck, "ForgetsStuck", "queue", true, true},
    {LinearDefect::kForgetsEmpty, "ForgetsEmpty", "queue", true, true},
    {LinearDefect::kForgetsTwice, "ForgetsTwice", "queue", true, true},
    {LinearDefect::kDropsTakes, "DropsTakesOfQueues", "queue", true, true},
    {LinearDefect::kDropsTakes, "DropsTakesOfStacks", "stack", true, true},
    {LinearDefect::kDropsTakes, "DropsTakesOfPriorityQueues", "priority-queue", true, true},
    {LinearDefect::kForgetsBottom, "ForgetsBottom", "stack", true, true},
    {LinearDefect::kForgetsSmaller, "ForgetsSmaller", "priority-queue", true, true},
    {LinearDefect::kForgetsRunning, "ForgetsRunning", "counter"},
};

// True if the verdict about the history, or the order, is wrong.
bool misjudges(const ToyHistory& toy, const Mistake& mistake, LinearDefect defect) {
  const CheckOutcome outcome =
      check_linearizable(toy.history, *find_model(mistake.object),
                         {.max_steps = 100'000, .methods = mistake.methods, .defect = defect});
  const bool passed = outcome.status == CheckStatus::kPass;
  if (passed != linearizable(toy)) return true;
  return passed && !explains(toy, outcome.keys[0].order);
}

class LinearDefects : public testing::TestWithParam<Mistake> {};

TEST_P(LinearDefects, AreNoticed) {
  const Mistake& mistake = GetParam();
  for (uint64_t seed = 1; seed <= 20'000; ++seed) {
    const ToyHistory toy =
        random_history(mix(seed, 5), {.object = mistake.object, .unique = mistake.unique});
    if (!misjudges(toy, mistake, mistake.defect)) continue;
    EXPECT_FALSE(misjudges(toy, mistake, LinearDefect::kNone)) << to_string(toy);
    return;
  }
  FAIL() << "nothing tells " << mistake.name << " from a sound checker";
}

INSTANTIATE_TEST_SUITE_P(Table, LinearDefects, testing::ValuesIn(kMistakes),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(LinearDefects, MixedKeysAreNoticed) {
  std::vector<Entry> entries(2);
  entries[0].operation = {.function = "write", .key = "x", .argument = "1"};
  entries[0].response = Response::done();
  entries[1].operation = {.function = "read", .key = "y"};
  entries[1].response = Response::absent();
  for (uint64_t i = 0; i < 2; ++i) {
    entries[i].id = i;
    entries[i].invoked = EventIndex{2 * i + 1};
    entries[i].returned = EventIndex{2 * i + 2};
  }
  const History history(entries);
  EXPECT_EQ(check_linearizable(history, register_model()).status, CheckStatus::kPass);
  EXPECT_EQ(
      check_linearizable(history, register_model(), {.defect = LinearDefect::kMixesKeys}).status,
      CheckStatus::kViolation);
}

}  // namespace
}  // namespace seedbed

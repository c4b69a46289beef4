// Mistakes that a checker of histories could make, each made on purpose and noticed: some small
// history gets a verdict, or an order, that is not the truth.
#include <gtest/gtest.h>

#include "sim/check/linearizability.h"
#include "tests/check/toy.h"

namespace seedbed {
namespace {

// Who makes it.
enum class Asked { kMethods, kSearch, kSweep };

struct Mistake {
  LinearDefect defect;
  const char* name;
  const char* object;  // whose histories show it
  Asked asked = Asked::kMethods;
  bool unique = false;
};

const Mistake kMistakes[] = {
    {LinearDefect::kDropsUnknown, "DropsUnknown", "register", Asked::kSearch},
    {LinearDefect::kTrustsUnknown, "TrustsUnknown", "register", Asked::kSearch},
    {LinearDefect::kTrustsFailed, "TrustsFailed", "register", Asked::kSearch},
    {LinearDefect::kReadsNilAsNothing, "ReadsNilAsNothing", "register"},
    {LinearDefect::kForgetsMismatch, "ForgetsMismatch", "cas-register"},
    {LinearDefect::kForgetsInitial, "ForgetsInitial", "register"},
    {LinearDefect::kForgetsState, "ForgetsState", "cas-register", Asked::kSearch},
    {LinearDefect::kHurries, "Hurries", "register", Asked::kSearch},
    {LinearDefect::kForgetsRealTime, "ForgetsRealTime", "register", Asked::kSearch},
    {LinearDefect::kTouchingIsBefore, "TouchingIsBefore", "register", Asked::kSearch},
    {LinearDefect::kTwinsReversed, "TwinsReversed", "counter", Asked::kSearch},
    {LinearDefect::kForgetsBreaks, "ForgetsBreaks", "kv", Asked::kSearch},
    {LinearDefect::kNothingAfterIdle, "NothingAfterIdle", "counter", Asked::kSearch},
    {LinearDefect::kOnlyWhatEnded, "OnlyWhatEnded", "register", Asked::kSweep},
    {LinearDefect::kPrefersMore, "PrefersMore", "multi-register", Asked::kSweep},
    {LinearDefect::kLeavesBits, "LeavesBits", "register", Asked::kSweep},
    {LinearDefect::kForgetsBackwardZones, "ForgetsBackwardZones", "register", Asked::kMethods,
     true},
    {LinearDefect::kForgetsInitialReads, "ForgetsInitialReads", "register", Asked::kMethods, true},
    {LinearDefect::kAcceptsThinAir, "AcceptsThinAir", "register", Asked::kMethods, true},
    {LinearDefect::kForgetsDuplicates, "ForgetsDuplicates", "register"},
    {LinearDefect::kForgetsChains, "ForgetsChains", "cas-register", Asked::kMethods, true},
    {LinearDefect::kForgetsLevels, "ForgetsLevels", "list", Asked::kMethods, true},
    {LinearDefect::kForgetsPrefixes, "ForgetsPrefixes", "list", Asked::kMethods, true},
    {LinearDefect::kForgetsInversion, "ForgetsInversion", "queue", Asked::kMethods, true},
    {LinearDefect::kForgetsStuck, "ForgetsStuck", "queue", Asked::kMethods, true},
    {LinearDefect::kForgetsEmpty, "ForgetsEmpty", "queue", Asked::kMethods, true},
    {LinearDefect::kForgetsTwice, "ForgetsTwice", "queue", Asked::kMethods, true},
    {LinearDefect::kDropsTakes, "DropsTakesOfQueues", "queue", Asked::kMethods, true},
    {LinearDefect::kDropsTakes, "DropsTakesOfStacks", "stack", Asked::kMethods, true},
    {LinearDefect::kDropsTakes, "DropsTakesOfPriorityQueues", "priority-queue", Asked::kMethods,
     true},
    {LinearDefect::kForgetsBottom, "ForgetsBottom", "stack", Asked::kMethods, true},
    {LinearDefect::kForgetsSmaller, "ForgetsSmaller", "priority-queue", Asked::kMethods, true},
    {LinearDefect::kForgetsRunning, "ForgetsRunning", "counter"},
    {LinearDefect::kTakesTheLatest, "TakesTheLatest", "mutex"},
};

// True if the verdict about the history, or the order, is wrong.
bool misjudges(const ToyHistory& toy, const Mistake& mistake, LinearDefect defect) {
  const bool sweep = mistake.asked == Asked::kSweep;
  const CheckOutcome outcome =
      check_linearizable(toy.history, *find_model(mistake.object),
                         {.max_steps = 100'000,
                          .methods = mistake.asked == Asked::kMethods,
                          .strategy = sweep ? LinearStrategy::kSweep : LinearStrategy::kDepthFirst,
                          .defect = defect});
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

// The code of docs/guide/your_own_model.md, run. What stands between the lines of dashes is on that
// page, word by word; docs_test compares them.
#include <gtest/gtest.h>

// ---
#include "sim/check/counterexample.h"
#include "sim/check/linearizability_checker.h"
#include "sim/run/protocol.h"
// ---
#include "tests/check/script.h"
#include "tests/docs/account.h"

namespace seedbed::docs {
namespace {

TEST(OwnModel, StepsByHand) {
  // ---
  std::string next;
  const Operation withdraw{.function = "withdraw", .key = "alice", .amount = 7};
  const Response refused = Response::found("refused");
  EXPECT_TRUE(account_model().step("5", {withdraw, &refused}, &next));
  EXPECT_EQ(next, "5");
  EXPECT_FALSE(account_model().step("9", {withdraw, &refused}, &next));
  // ---
}

// ---
// Two withdrawals of an account that holds enough for one.
History both_withdraw() {
  const auto ask = [](const char* function, int64_t amount) {
    return Operation{.function = function, .key = "alice", .amount = amount};
  };
  std::vector<Entry> entries = {
      {.id = 1, .client = NodeId{1}, .operation = ask("deposit", 10), .response = Response::done()},
      {.id = 2, .client = NodeId{1}, .operation = ask("withdraw", 7), .response = Response::done()},
      {.id = 3,
       .client = NodeId{2},
       .operation = ask("withdraw", 7),
       .response = Response::done()}};
  // Positions in the order of events: 2 and 3 run at the same time.
  const uint64_t invoked[] = {1, 3, 4}, returned[] = {2, 5, 6};
  for (size_t i = 0; i < entries.size(); ++i) {
    entries[i].invoked = EventIndex{invoked[i]};
    entries[i].returned = EventIndex{returned[i]};
  }
  return History(std::move(entries));
}
// ---

TEST(OwnModel, JudgesAHistory) {
  // ---
  const History history = both_withdraw();
  const CheckOutcome outcome = check_linearizable(history, account_model());
  EXPECT_EQ(outcome.status, CheckStatus::kViolation);
  const Counterexample example = counterexample(history, account_model(), outcome);
  EXPECT_EQ(example.kept.size(), 3u);  // none of them can be left out
  // ---
  EXPECT_FALSE(outcome.message.empty());
}

// ---
ProtocolSpec bank() {
  ProtocolSpec spec{.name = "bank", .summary = "accounts"};
  // ... options, workloads, make_process, make_client
  spec.checks = {{"Linearizable", "every operation on an account happens at one moment",
                  Evidence::kClients, [](const Setup&) {
                    return std::make_unique<LinearizabilityChecker>("Linearizable",
                                                                    account_model());
                  }}};
  return spec;
}
// ---

TEST(OwnModel, JudgesARunWhileItHappens) {
  const Operation deposit{.function = "deposit", .key = "alice", .amount = 10};
  const Operation withdraw{.function = "withdraw", .key = "alice", .amount = 7};
  for (const bool good : {true, false}) {
    Script script;
    script.ok(1, deposit, Response::done(), 0, 10);
    script.ok(1, withdraw, Response::done(), 20, 40);
    script.ok(2, withdraw, good ? Response::found("refused") : Response::done(), 30, 50);
    const std::unique_ptr<Checker> checker = bank().checks.front().make(seedbed::Setup{});
    const CheckResult result = script.play(*checker);
    EXPECT_EQ(result.status, good ? CheckStatus::kPass : CheckStatus::kViolation);
    EXPECT_EQ(result.evaluated, 3u);
  }
}

// The promises of the model, on small states.
TEST(OwnModel, KeepsItsPromises) {
  // ---
  const Response three = Response::number_is(3);
  const Operation balance{.function = "balance", .key = "alice"};
  for (const char* state : {"0", "3", "7", "12"}) {
    std::string next;
    const bool legal = account_model().step(state, {balance, &three}, &next);
    EXPECT_EQ(next, state);                                                  // kPure
    EXPECT_EQ(legal, account_model().observed({balance, &three}) == state);  // observed
  }
  // ---
}

}  // namespace
}  // namespace seedbed::docs

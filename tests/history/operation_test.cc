#include "sim/history/operation.h"

#include <gtest/gtest.h>

#include <type_traits>

#include "sim/history/history.pb.h"

namespace seedbed {
namespace {

TEST(Operation, ReadsLikeACall) {
  EXPECT_EQ(to_string(Operation::get("x")), "get(x)");
  EXPECT_EQ(to_string(Operation::put("x", "5")), "put(x,\"5\")");
  EXPECT_EQ(to_string(Operation::append("x", "")), "append(x,\"\")");
  EXPECT_EQ(to_string(Operation::cas("x", "3", "5")), "cas(x,\"3\",\"5\")");
  EXPECT_EQ(to_string(Operation::cas("x", std::nullopt, "5")), "cas(x,nothing,\"5\")");
  EXPECT_EQ(to_string(Operation::erase("x")), "delete(x)");
  EXPECT_EQ(to_string(Operation::decrement("likes", -2)), "decrement(likes,-2)");
  EXPECT_EQ(to_string(Operation::read("likes")), "read(likes)");
  EXPECT_EQ(to_string(Operation{.function = "write", .argument = "1"}), "write(\"1\")");
  EXPECT_EQ(to_string(Operation::cas("", std::nullopt, "2")), "cas(nothing,\"2\")");
}

TEST(Operation, ATransactionIsItsSteps) {
  const Operation asked =
      Operation::transaction({TransactionStep::append("x", "1"), TransactionStep::read_list("y"),
                              TransactionStep::write("z", "4"), TransactionStep::read("z")});
  EXPECT_EQ(to_string(asked), "txn([append x 1] [read y] [write z 4] [read z])");
  std::vector<TransactionStep> steps = asked.steps;
  steps[1].found_list = {"2", "3"};
  steps[3].found_value = "4";
  EXPECT_EQ(describe(asked, Response::transaction(steps)),
            "returned [append x 1] [read y [2 3]] [write z 4] [read z 4]");
}

TEST(Operation, ATransactionSurvivesItsPayload) {
  using Step = TransactionStep;
  std::vector<Step> steps{Step::append("x", ""), Step::read_list("y"), Step::read_list("z"),
                          Step::read_list("z"),  Step::write("u", ""), Step::read("u"),
                          Step::read("v")};
  history::Operation payload;
  store(Operation::transaction(steps), &payload);
  EXPECT_EQ(operation_from("txn", payload), Operation::transaction(steps));
  steps[1].found_list = {"2", "3"};
  steps[5].found_value = "";
  steps[2].found_list.emplace();  // an empty list, which is not the same as none
  payload.Clear();
  store(Response::transaction(steps), &payload);
  EXPECT_EQ(response_from(Outcome::kOk, payload), Response::transaction(steps));
}

TEST(Operation, MovesMoneyBetweenAccounts) {
  const Operation transfer = Operation::transfer("a", "b", 30);
  EXPECT_EQ(to_string(transfer), "transfer(a,b,30)");
  EXPECT_EQ(describe(transfer, Response::done()), "completed");
  EXPECT_EQ(describe(transfer, Response::insufficient()), "found too little");
  EXPECT_TRUE(Response::insufficient().is_insufficient());
  EXPECT_FALSE(Response::done().is_insufficient());
  const Operation look = Operation::read_all({"a", "b"});
  EXPECT_EQ(to_string(look), "read_all(2 accounts)");
  EXPECT_EQ(describe(look, Response::balances_are({{"a", 70}, {"b", -130}})),
            "returned [a=70 b=-130]");
}

TEST(Operation, OfABankSurvivesItsPayload) {
  for (const Operation& asked :
       {Operation::transfer("a", "b", 30), Operation::read_all({"a", "b"})}) {
    history::Operation payload;
    store(asked, &payload);
    EXPECT_EQ(operation_from(asked.function, payload), asked);
  }
  for (const Response& answer :
       {Response::insufficient(), Response::balances_are({{"a", 70}, {"b", -130}})}) {
    history::Operation payload;
    store(answer, &payload);
    EXPECT_EQ(response_from(Outcome::kOk, payload), answer);
  }
}

TEST(Operation, QuotesWhatCannotBePrintedAndCutsWhatIsLong) {
  EXPECT_EQ(in_quotes("a\"\n\xff"), "\"a\\\"\\x0a\\xff\"");
  EXPECT_EQ(in_quotes(std::string(1000, 'a')), "\"" + std::string(40, 'a') + "...\" (1000 bytes)");
}

TEST(Response, SaysWhatTheClientWasTold) {
  EXPECT_EQ(describe(Operation::get("x"), Response::found("3")), "returned \"3\"");
  EXPECT_EQ(describe(Operation::get("x"), Response::absent()), "found nothing");
  EXPECT_EQ(describe(Operation::put("x", "3"), Response::done()), "completed");
  EXPECT_EQ(describe(Operation::cas("x", "1", "2"), Response::done()), "succeeded");
  EXPECT_EQ(describe(Operation::cas("x", "1", "2"), Response::mismatch()), "found another value");
  EXPECT_EQ(describe(Operation::read("n"), Response::number_is(-7)), "returned -7");
  EXPECT_EQ(describe(Operation::read("n"), Response::number_is(0)), "returned 0");
  EXPECT_EQ(describe(Operation::read("n"), Response::absent()), "found nothing");
  EXPECT_EQ(describe({.function = "dequeue"}, Response::absent()), "found nothing");
  EXPECT_EQ(describe(Operation::get("x"), Response::info("timeout")), "is unknown (timeout)");
}

TEST(Response, HasNoDefaultOutcome) { EXPECT_FALSE(std::is_default_constructible_v<Response>); }

TEST(Response, TakesATimeoutForUnknownAndOnlyARefusalForFailed) {
  EXPECT_EQ(Response::after(Error::kTimeout).outcome, Outcome::kInfo);
  EXPECT_EQ(Response::after(Error::kClosed).outcome, Outcome::kInfo);
  EXPECT_EQ(Response::after(Error::kIo).outcome, Outcome::kInfo);
  EXPECT_EQ(Response::after(Error::kUnavailable).outcome, Outcome::kFail);
}

TEST(Response, TellsAnAbsentValueFromAnEmptyOneInAPayload) {
  history::Operation empty;
  store(Response::found(""), &empty);
  EXPECT_EQ(response_from(Outcome::kOk, empty).output, "");
  history::Operation absent;
  store(Response::absent(), &absent);
  EXPECT_EQ(response_from(Outcome::kOk, absent).output, std::nullopt);
}

TEST(Response, TellsNoNumberFromZeroInAPayload) {
  history::Operation zero, absent;
  store(Response::number_is(0), &zero);
  store(Response::absent(), &absent);
  EXPECT_EQ(response_from(Outcome::kOk, zero), Response::number_is(0));
  EXPECT_EQ(response_from(Outcome::kOk, absent), Response::absent());
}

TEST(OutcomeDeathTest, RefusesNumbersThatAreNoOutcome) {
  EXPECT_DEATH(outcome_from(0), "CHECK|check");
  EXPECT_DEATH(outcome_from(4), "CHECK|check");
}

}  // namespace
}  // namespace seedbed

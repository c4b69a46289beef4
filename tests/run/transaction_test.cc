// What operations do in a transaction, and how a client runs transactions until one is committed.
#include "sim/run/transaction.h"

#include <gtest/gtest.h>

#include <deque>
#include <map>

#include "sim/core/stored_values.h"
#include "sim/run/transactional_client.h"
#include "tests/world/fixture.h"

namespace seedbed {
namespace {

using Values = std::map<std::string, std::string>;

// A store in memory whose commits end as they are told to.
struct Shelf {
  Values values;
  std::deque<Commit> commits;  // how the next ones end; after them all are done
  bool unknown_is_done = false;
  bool reads_fail = false;
  uint64_t begun = 0;
  std::vector<std::pair<std::string, Intent>> read;

  void open(const std::string& account, int64_t amount) { values[account] = encode_number(amount); }
  std::optional<int64_t> amount(const std::string& account) const {
    const auto place = values.find(account);
    return place == values.end() ? std::nullopt : decode_number(place->second);
  }
};

class OnShelf final : public Transaction {
 public:
  explicit OnShelf(Shelf& shelf) : shelf_(shelf) { ++shelf.begun; }

  Result<std::vector<Value>> read(const std::vector<std::string>& keys, Intent intent) override {
    if (shelf_.reads_fail) return Error::kTimeout;
    std::vector<Value> found;
    for (const std::string& key : keys) {
      shelf_.read.emplace_back(key, intent);
      const auto own = written_.find(key);
      const auto place = shelf_.values.find(key);
      if (own != written_.end()) {
        found.push_back(own->second);
      } else {
        found.push_back(place == shelf_.values.end() ? std::nullopt : Value(place->second));
      }
    }
    return found;
  }
  void write(std::string key, Value value) override { written_[std::move(key)] = value; }
  Commit commit() override {
    Commit outcome = Commit::kDone;
    if (!shelf_.commits.empty()) {
      outcome = shelf_.commits.front();
      shelf_.commits.pop_front();
    }
    if (outcome == Commit::kDone || (outcome == Commit::kUnknown && shelf_.unknown_is_done)) {
      for (const auto& [key, value] : written_) {
        value ? shelf_.values.insert_or_assign(key, *value).second : shelf_.values.erase(key) > 0;
      }
    }
    return outcome;
  }

 private:
  Shelf& shelf_;
  std::map<std::string, Value> written_;
};

class CarryOut : public ::testing::Test {
 protected:
  Response done(const Operation& what) {
    OnShelf transaction(shelf);
    const Result<Response> answer = carry_out(what, transaction);
    EXPECT_TRUE(answer.ok());
    EXPECT_EQ(transaction.commit(), Commit::kDone);
    return *answer;
  }
  Result<Response> once(const Operation& what, uint64_t number, std::string_view client = "c1") {
    OnShelf transaction(shelf);
    Result<Response> answer = carry_out_once(what, number, client, transaction);
    if (answer) {
      EXPECT_EQ(transaction.commit(), Commit::kDone);
    }
    return answer;
  }
  Shelf shelf;
};

TEST_F(CarryOut, ATransferMovesAnAmount) {
  EXPECT_EQ(done(Operation::transfer("a", "b", 30)), Response::done());
  EXPECT_EQ(shelf.amount("a"), 70);
  EXPECT_EQ(shelf.amount("b"), 130);
}

TEST_F(CarryOut, ATransferOfTooMuchChangesNothing) {
  shelf.open("a", 20);
  EXPECT_EQ(done(Operation::transfer("a", "b", 21)), Response::insufficient());
  EXPECT_EQ(shelf.amount("a"), 20);
  EXPECT_EQ(shelf.amount("b"), std::nullopt);
  EXPECT_EQ(done(Operation::transfer("a", "b", 20)), Response::done());
  EXPECT_EQ(shelf.amount("a"), 0);
}

TEST_F(CarryOut, ATransferToTheSameAccountMakesNoMoney) {
  EXPECT_EQ(done(Operation::transfer("a", "a", 30)), Response::done());
  EXPECT_EQ(shelf.amount("a").value_or(100), 100);
}

TEST_F(CarryOut, AWithdrawalCountsWhatBacksIt) {
  EXPECT_EQ(done(Operation::withdraw("left", 150, {"left", "right"})), Response::done());
  EXPECT_EQ(shelf.amount("left"), -50);
  EXPECT_EQ(shelf.amount("right"), std::nullopt);
  EXPECT_EQ(done(Operation::withdraw("right", 150, {"left", "right"})), Response::insufficient());
}

TEST_F(CarryOut, AWithdrawalOnlyReadsWhatBacksIt) {
  done(Operation::withdraw("left", 150, {"right", "left"}));
  const std::vector<std::pair<std::string, Intent>> expected{{"left", Intent::kWrite},
                                                             {"right", Intent::kRead}};
  EXPECT_EQ(shelf.read, expected);
}

TEST_F(CarryOut, AccountsHoldTheirOpeningBalanceAtFirst) {
  shelf.open("a", 7);
  const std::vector<Balance> expected{{.account = "joint1", .amount = 1000},
                                      {.account = "a", .amount = 7},
                                      {.account = "b", .amount = 100}};
  EXPECT_EQ(done(Operation::read_all({"joint1", "a", "b"})).balances, expected);
}

TEST_F(CarryOut, KeysArePutReadAndDeleted) {
  EXPECT_EQ(done(Operation::get("k")), Response::absent());
  EXPECT_EQ(done(Operation::put("k", "v")), Response::done());
  EXPECT_EQ(done(Operation::get("k")), Response::found("v"));
  EXPECT_EQ(done(Operation::erase("k")), Response::done());
  EXPECT_EQ(done(Operation::get("k")), Response::absent());
}

TEST_F(CarryOut, ATransactionSeesWhatItHasAppended) {
  const Response answer = done(
      Operation::transaction({TransactionStep::read_list("x"), TransactionStep::append("x", "1"),
                              TransactionStep::read_list("x"), TransactionStep::append("x", "2")}));
  ASSERT_EQ(answer.steps.size(), 4u);
  EXPECT_EQ(answer.steps[0].found_list, std::nullopt);
  EXPECT_EQ(answer.steps[2].found_list, std::vector<std::string>{"1"});
  EXPECT_EQ(decode_list(shelf.values["x"]), (std::vector<std::string>{"1", "2"}));
}

TEST_F(CarryOut, AFailedReadEndsIt) {
  shelf.reads_fail = true;
  OnShelf transaction(shelf);
  for (const Operation& what :
       {Operation::transfer("a", "b", 1), Operation::withdraw("a", 1, {"a"}),
        Operation::read_all({"a"}), Operation::get("a"),
        Operation::transaction({TransactionStep::read_list("x")})}) {
    EXPECT_EQ(carry_out(what, transaction).error(), Error::kTimeout) << what.function;
  }
  EXPECT_EQ(carry_out_once(Operation::put("k", "v"), 1, "c1", transaction).error(),
            Error::kTimeout);
}

TEST_F(CarryOut, OnceMeansThatARepetitionIsOnlyAnswered) {
  const Operation take = Operation::withdraw("joint", 800, {"joint"});
  EXPECT_EQ(*once(take, 1), Response::done());
  EXPECT_EQ(*once(take, 1), Response::done());  // there is no 800 any more
  EXPECT_EQ(shelf.amount("joint"), 200);
  EXPECT_EQ(*once(take, 2), Response::insufficient());
  shelf.open("joint", 1000);
  EXPECT_EQ(*once(take, 2), Response::insufficient());  // what it was told, whatever is there now
}

TEST_F(CarryOut, OnceGivesTheWholeAnswerAgain) {
  const Operation steps =
      Operation::transaction({TransactionStep::read_list("x"), TransactionStep::append("x", "1")});
  (void)once(Operation::transaction({TransactionStep::append("x", "0")}), 1);
  const Response first = *once(steps, 2);
  const Response again = *once(steps, 2);
  EXPECT_EQ(again.steps, first.steps);
  EXPECT_EQ(decode_list(shelf.values["x"]).size(), 2u);
}

TEST_F(CarryOut, OnceRefusesWhatComesAfterALaterOne) {
  const Operation take = Operation::withdraw("joint", 100, {"joint"});
  (void)once(take, 2);
  EXPECT_EQ(once(take, 1).error(), Error::kClosed);
  EXPECT_EQ(shelf.amount("joint"), 900);
}

TEST_F(CarryOut, OnceIsForEachClient) {
  const Operation take = Operation::withdraw("joint", 100, {"joint"});
  (void)once(take, 1, "c1");
  (void)once(take, 1, "c2");
  EXPECT_EQ(shelf.amount("joint"), 800);
}

TEST_F(CarryOut, WhatOnlyReadsLeavesNoMark) {
  for (const Operation& what : {Operation::read_all({"a"}), Operation::get("a"),
                                Operation::transaction({TransactionStep::read_list("x")})}) {
    EXPECT_FALSE(changes_something(what)) << what.function;
    (void)once(what, 5);
  }
  EXPECT_TRUE(shelf.values.empty());
  EXPECT_TRUE(changes_something(Operation::transaction({TransactionStep::append("x", "1")})));
}

// --- The client ---

struct ShelfClient final : TransactionalClient {
  ShelfClient(Env& env, Shelf& shelf, bool marks)
      : TransactionalClient(env, {.timeout = 100ms, .marks = marks}), shelf(shelf) {}
  std::unique_ptr<Transaction> begin(NodeTime) override {
    if (closed) return nullptr;
    return std::make_unique<OnShelf>(shelf);
  }
  Shelf& shelf;
  bool closed = false;
};

class TransactionalClientTest : public WorldTest {
 protected:
  void run(bool marks, const std::function<void(ShelfClient&)>& body) {
    add("c1", [=, this](Env& env) {
      ShelfClient client(env, shelf, marks);
      body(client);
    });
    start_all();
    scheduler.run();
  }
  const Operation take = Operation::withdraw("joint", 100, {"joint"});
  Shelf shelf;
};

TEST_F(TransactionalClientTest, RunsAgainWhatWasAborted) {
  shelf.commits = {Commit::kAborted, Commit::kAborted};
  run(false, [&](ShelfClient& client) { EXPECT_EQ(client.attempt(take, 1), Response::done()); });
  EXPECT_EQ(shelf.begun, 3u);
  EXPECT_EQ(shelf.amount("joint"), 900);
}

TEST_F(TransactionalClientTest, CallsFailedWhatWasAbortedUntilTheTimeWasOver) {
  shelf.commits.assign(1000, Commit::kAborted);
  run(true,
      [&](ShelfClient& client) { EXPECT_EQ(client.attempt(take, 1).outcome, Outcome::kFail); });
  EXPECT_GT(shelf.begun, 5u);
  EXPECT_TRUE(shelf.values.empty());
}

TEST_F(TransactionalClientTest, DoesNotRunAgainWhatNobodyWouldRecognise) {
  shelf.commits = {Commit::kUnknown};
  run(false, [&](ShelfClient& client) {
    EXPECT_FALSE(client.retries_are_safe());
    EXPECT_EQ(client.attempt(take, 1).outcome, Outcome::kInfo);
  });
  EXPECT_EQ(shelf.begun, 1u);
}

TEST_F(TransactionalClientTest, RunsAgainWhatOnlyReadsAnyway) {
  shelf.commits = {Commit::kUnknown};
  run(false, [&](ShelfClient& client) {
    EXPECT_EQ(client.attempt(Operation::read_all({"a"}), 1).outcome, Outcome::kOk);
  });
  EXPECT_EQ(shelf.begun, 2u);
}

TEST_F(TransactionalClientTest, RecognisesByItsMarkWhatWasDoneUnknown) {
  for (const bool done : {true, false}) {
    shelf = Shelf();
    shelf.commits = {Commit::kUnknown};
    shelf.unknown_is_done = done;
    OnShelf first(shelf);
    ASSERT_TRUE(carry_out_once(take, 1, "c1", first).ok());
    first.commit();
    OnShelf second(shelf);
    ASSERT_TRUE(carry_out_once(take, 1, "c1", second).ok());
    second.commit();
    EXPECT_EQ(shelf.amount("joint"), 900);
  }
  shelf = Shelf();
  shelf.commits = {Commit::kUnknown};
  shelf.unknown_is_done = true;
  run(true, [&](ShelfClient& client) {
    EXPECT_TRUE(client.retries_are_safe());
    EXPECT_EQ(client.attempt(take, 1), Response::done());
  });
  EXPECT_EQ(shelf.begun, 2u);
  EXPECT_EQ(shelf.amount("joint"), 900);
}

// The last transaction was aborted, but the first may have been committed.
TEST_F(TransactionalClientTest, DoesNotCallFailedWhatWasUnknownOnce) {
  shelf.commits.assign(1000, Commit::kAborted);
  shelf.commits.front() = Commit::kUnknown;
  run(true,
      [&](ShelfClient& client) { EXPECT_EQ(client.attempt(take, 1).outcome, Outcome::kInfo); });
}

TEST_F(TransactionalClientTest, SaysNothingOfWhatItAsksTooLate) {
  run(true, [&](ShelfClient& client) {
    EXPECT_EQ(client.attempt(take, 2), Response::done());
    EXPECT_EQ(client.attempt(take, 1).outcome, Outcome::kInfo);
  });
  EXPECT_EQ(shelf.amount("joint"), 900);
}

TEST_F(TransactionalClientTest, FailsIfThereIsNobodyToAsk) {
  run(true, [&](ShelfClient& client) {
    client.closed = true;
    EXPECT_EQ(client.attempt(take, 1).outcome, Outcome::kFail);
  });
}

}  // namespace
}  // namespace seedbed

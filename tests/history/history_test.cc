#include "sim/history/history.h"

#include <gtest/gtest.h>

#include <functional>

#include "sim/core/check.h"
#include "sim/history/codec.h"
#include "sim/history/history.pb.h"

namespace seedbed {
namespace {

// Feeds a builder as a run would.
class Tape {
 public:
  void invoke(uint64_t id, uint32_t client, const Operation& operation) {
    history::Operation payload;
    store(operation, &payload);
    emit(EventKind::kInvoke, id, client, operation.function, 0, payload);
  }
  void complete(uint64_t id, uint32_t client, const Operation& operation,
                const Response& response) {
    history::Operation payload;
    store(response, &payload);
    emit(EventKind::kReturn, id, client, operation.function,
         static_cast<uint64_t>(response.outcome), payload);
  }
  HistoryBuilder builder;

 private:
  void emit(EventKind kind, uint64_t id, uint32_t client, std::string_view name, uint64_t value,
            const history::Operation& payload) {
    ++index_;
    builder.on_event({.index = EventIndex{index_},
                      .time = kStart + index_ * 1ms,
                      .kind = kind,
                      .node = NodeId{client},
                      .id = id,
                      .value = value,
                      .name = name,
                      .payload = &payload});
  }
  uint64_t index_ = 0;
};

History example() {
  Tape tape;
  tape.invoke(7, 1, Operation::cas("x", "", "b"));
  tape.invoke(8, 2, Operation::get("x"));
  tape.complete(8, 2, Operation::get("x"), Response::found(""));
  tape.invoke(9, 3, Operation::increment("n", -3));
  tape.complete(7, 1, Operation::cas("x", "", "b"), Response::mismatch());
  tape.invoke(10, 2, Operation::put("x", "c"));
  tape.complete(10, 2, Operation::put("x", "c"), Response::info("timeout"));
  return tape.builder.take();
}

// What a recorded trace of somebody else may hold.
std::string refusal(const std::function<void(Tape&)>& record) {
  Tape tape;
  try {
    record(tape);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

TEST(History, RefusesEventsThatDoNotBelongTogether) {
  const TransactionStep read = TransactionStep::read_list("k");
  const Operation two = Operation::transaction({read, read});
  EXPECT_EQ(refusal([&](Tape& tape) {
              tape.invoke(7, 1, two);
              tape.complete(7, 1, two, Response::transaction({read, read, read}));
            }),
            "event 2: the return of operation 7 by node 1 has 3 steps, but 2 were asked for");
  EXPECT_EQ(refusal([&](Tape& tape) { tape.complete(7, 1, two, Response::done()); }),
            "event 1: the return of operation 7 by node 1 has no invocation before it");
  EXPECT_EQ(refusal([&](Tape& tape) {
              tape.invoke(7, 1, two);
              tape.invoke(7, 1, two);
            }),
            "event 2: the invocation of operation 7 by node 1 comes while the same one is running");
  EXPECT_EQ(refusal([&](Tape& tape) {
              tape.invoke(7, 1, two);
              tape.complete(7, 1, two, Response::transaction({read, read}));
            }),
            "");
}

TEST(History, PairsInvocationsAndReturns) {
  const History history = example();
  ASSERT_EQ(history.size(), 4u);
  const Entry& cas = history.entries()[0];
  EXPECT_EQ(cas.id, 7u);
  EXPECT_EQ(cas.client, NodeId{1});
  EXPECT_EQ(cas.operation.expected, "");
  EXPECT_TRUE(cas.response.is_mismatch());
  EXPECT_EQ(cas.invoked, EventIndex{1});
  EXPECT_EQ(cas.returned, EventIndex{5});
  EXPECT_EQ(cas.returned_at, kStart + 5ms);
  EXPECT_EQ(history.entries()[1].response.output, "");
}

TEST(History, KeepsWhatNeverReturnedAsUnknown) {
  const History history = example();
  const Entry& increment = history.entries()[2];
  EXPECT_EQ(increment.outcome(), Outcome::kInfo);
  EXPECT_EQ(increment.returned, kNoEvent);
  EXPECT_EQ(increment.operation.amount, -3);
}

TEST(History, NeverPutsAnUnknownOperationBeforeAnother) {
  const History history = example();
  const auto& entries = history.entries();
  EXPECT_TRUE(precedes(entries[0], entries[3]));   // the cas had returned
  EXPECT_FALSE(precedes(entries[1], entries[0]));  // concurrent
  Entry later = entries[0];
  later.invoked = EventIndex{100};
  EXPECT_FALSE(precedes(entries[3], later));  // a timed-out put may happen later still
}

TEST(History, HasTheStepsOfTransactionsOfRegisters) {
  const Operation asked = Operation::transaction(
      {TransactionStep::read("x"), TransactionStep::write("x", "1"), TransactionStep::read("y")});
  std::vector<TransactionStep> found = asked.steps;
  found[0].found_value = "0";
  Tape tape;
  tape.invoke(1, 1, asked);
  tape.invoke(2, 2, asked);
  tape.complete(1, 1, asked, Response::transaction(found));
  const History history = tape.builder.take();
  const Entry& entry = history.entries()[0];
  EXPECT_EQ(to_string(history, entry), "txn([read x 0] [write x 1] [read y nothing])");
  EXPECT_EQ(history.steps(entry)[0].found, Found::kValue);
  EXPECT_EQ(history.steps(history.entries()[1])[0].found, Found::kUnknown);
  EXPECT_EQ(encode(decode(encode(history))), encode(history));
}

TEST(History, HasTheStepsOfTransactions) {
  const Operation asked =
      Operation::transaction({TransactionStep::append("x", "1"), TransactionStep::read_list("x")});
  std::vector<TransactionStep> found = asked.steps;
  found[1].found_list = {"0", "1"};
  Tape tape;
  tape.invoke(1, 1, asked);
  tape.invoke(2, 2, asked);
  tape.invoke(3, 3, asked);
  tape.complete(1, 1, asked, Response::transaction(found));
  tape.complete(2, 2, asked, Response::info("timeout"));
  const History history = tape.builder.take();
  const Entry& entry = history.entries()[0];
  EXPECT_EQ(to_string(history, entry), "txn([append x 1] [read x [0 1]])");
  EXPECT_EQ(history.steps(entry)[1].found, Found::kCollection);
  EXPECT_EQ(history.steps(history.entries()[1])[1].found, Found::kUnknown);
  EXPECT_EQ(to_string(history, history.entries()[2]), "txn([append x 1] [read x])");
  EXPECT_EQ(encode(decode(encode(history))), encode(history));
}

TEST(HistoryCodec, GivesBackTheSameHistory) {
  const std::string bytes = encode(example());
  const History copy = decode(bytes);
  EXPECT_EQ(encode(copy), bytes);
  EXPECT_EQ(copy.entries()[0].operation.expected, "");
  EXPECT_EQ(copy.entries()[3].response.output, "timeout");
}

std::string error_of(const std::string& bytes) {
  try {
    decode(bytes, "a.history");
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "none";
}

TEST(HistoryCodec, SaysWhatIsWrongWithForeignOrTruncatedBytes) {
  const std::string bytes = encode(example());
  EXPECT_NE(error_of("{:process 1}").find("a.history: not a history"), std::string::npos);
  for (size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_NE(error_of(bytes.substr(0, length)).find("cut short"), std::string::npos) << length;
  }
  EXPECT_NE(error_of(bytes + "x").find("1 bytes follow"), std::string::npos);
}

TEST(HistoryCodec, NoticesEveryFlippedBit) {
  const std::string bytes = encode(example());
  for (size_t i = 0; i < bytes.size() * 8; ++i) {
    std::string damaged = bytes;
    damaged[i / 8] = static_cast<char>(damaged[i / 8] ^ (1 << (i % 8)));
    EXPECT_NE(error_of(damaged), "none") << i;
  }
}

TEST(HistoryCodec, RefusesAnOutcomeThatContradictsItself) {
  std::vector<Entry> entries(1);
  entries[0].invoked = EventIndex{1};
  entries[0].response = Response::done();
  EXPECT_NE(error_of(encode(History(entries))).find("never returned"), std::string::npos);
}

}  // namespace
}  // namespace seedbed

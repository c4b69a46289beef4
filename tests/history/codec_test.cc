// Our own files, whole and contradicting themselves; and how two histories are told apart.
#include "sim/history/codec.h"

#include <gtest/gtest.h>

#include "sim/core/check.h"
#include "sim/core/hash.h"
#include "sim/history/history.pb.h"
#include "tests/history/samples.h"

namespace seedbed {
namespace {

std::string word(uint64_t value) {
  std::string bytes;
  for (int i = 0; i < 8; ++i) bytes += static_cast<char>(value >> (8 * i));
  return bytes;
}

// What decode() says of a file whose bytes are whole but whose content is not.
std::string error_of(const history::History& message) {
  const std::string body = message.SerializeAsString();
  try {
    decode("seedbed history 1\n" + word(body.size()) + word(hash_bytes(body)) + body, "a.history");
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "none";
}

// A transaction that wrote "5" to "x", and perhaps more.
history::History example() {
  history::History message;
  for (const char* value : {"x", "5"}) message.add_values(value);
  history::Entry* entry = message.add_entries();
  entry->set_id(7);
  entry->set_function("txn");
  entry->set_outcome(1);
  entry->set_invoked(1);
  entry->set_returned(2);
  history::Step* step = entry->add_steps();
  step->set_kind(2);
  step->set_key(1);
  step->set_value(2);
  return message;
}

TEST(HistoryCodec, RefusesNumbersThatStandForNothing) {
  EXPECT_EQ(error_of(example()), "none");
  const auto says = [](const auto& change) {
    history::History message = example();
    change(&message, message.mutable_entries(0), message.mutable_entries(0)->mutable_steps(0));
    return error_of(message);
  };
  using M = history::History*;
  using E = history::Entry*;
  using S = history::Step*;
  EXPECT_EQ(says([](M, E, S step) { step->set_key(3); }),
            "a.history: operation 7 has the value 2, of 2");
  EXPECT_NE(says([](M, E, S step) { step->set_key(0); }).find("without a key"), std::string::npos);
  EXPECT_NE(says([](M, E, S step) { step->set_value(0); }).find("but not which"),
            std::string::npos);
  EXPECT_NE(says([](M, E, S step) { step->set_kind(7); }).find("of a kind"), std::string::npos);
  EXPECT_NE(says([](M, E, S step) { step->set_found(4); }).find("of a kind"), std::string::npos);
  EXPECT_NE(says([](M, E, S step) { step->add_elements(2); }).find("found the value 2, of 2"),
            std::string::npos);
  EXPECT_NE(says([](M, E entry, S) { entry->set_node(9); }).find("the value 8"), std::string::npos);
  EXPECT_NE(says([](M, E entry, S) { entry->set_outcome(4); }).find("outcome 4"),
            std::string::npos);
  EXPECT_NE(says([](M, E entry, S) { entry->set_returned(1); }).find("not after its invocation"),
            std::string::npos);
  EXPECT_NE(says([](M message, E, S) { message->set_order(1); }).find("no order of time"),
            std::string::npos);
  EXPECT_NE(says([](M message, E, S) { message->set_order(2); }).find("order"), std::string::npos);
  EXPECT_NE(says([](M message, E, S) { message->add_values("x"); }).find("twice"),
            std::string::npos);
  EXPECT_NE(
      says([](M message, E entry, S) { *message->add_entries() = *entry; }).find("out of order"),
      std::string::npos);
}

TEST(HistoryCodec, KeepsPlacesAndConventions) {
  for (const Sample& sample : samples()) {
    const History history = history_of(sample);
    const History copy = decode(encode(history));
    EXPECT_EQ(copy.parts().format, history.parts().format);
    EXPECT_EQ(copy.convention(), history.convention());
    for (size_t i = 0; i < history.size(); ++i) {
      const Entry& entry = history.entries()[i];
      EXPECT_EQ(copy.place_of(copy.entries()[i]), history.place_of(entry)) << sample.name;
      EXPECT_EQ(copy.entries()[i].returned_place, entry.returned_place) << sample.name;
    }
  }
}

TEST(Difference, IsFoundInEveryPart) {
  const std::string whole = data_file("list_append.edn");
  const History history = *read_text("jepsen-edn", whole).history;
  EXPECT_EQ(difference(history, history), std::nullopt);
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string text = whole;
    const size_t at = text.rfind(from);
    EXPECT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
    const HistoryReading reading = read_text("jepsen-edn", text);
    EXPECT_TRUE(reading.history) << text;
    return difference(history, reading.history.value_or(history)).value_or("none");
  };
  EXPECT_NE(with("[10 11]", "[10 12]"), "none") << "an element";
  EXPECT_NE(with("[10 11]", "10"), "none") << "a value for a collection";
  EXPECT_NE(with("[:r 3 nil]", "[:r 3 []]"), "none") << "an empty list is not nothing";
  EXPECT_NE(with(":error :conflict", ":error :other"), "none") << "a reason";
  EXPECT_NE(with(":type :info", ":type :fail"), "none") << "an outcome";
  EXPECT_NE(with("{:type :info, :f :txn, :value [[:append 3 30]], :process 3}", ""), "none");
  EXPECT_NE(with(":process 3}", ":process 3, :time 5}"), "none") << "a time";
  EXPECT_NE(with("{:type :ok, :f :txn, :value [], :process 2}", ""), "none") << "a return";
  History other = history;
  other.set_convention({.initial = "0"});
  EXPECT_NE(difference(history, other), std::nullopt);
}

TEST(Difference, IsFoundInTheOrderOfEvents) {
  const std::string one = "{:type :invoke :process 1 :f :read}\n";
  const std::string two = "{:type :invoke :process 2 :f :read}\n";
  const std::string end = "{:type :ok :process 1 :f :read :value 5}\n";
  const History first = *read_text("jepsen-edn", one + two + end).history;
  const History second = *read_text("jepsen-edn", one + end + two).history;
  EXPECT_NE(difference(first, second), std::nullopt) << "concurrent, and one after the other";
}

}  // namespace
}  // namespace seedbed

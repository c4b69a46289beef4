#include "sim/history/object.h"

#include <gtest/gtest.h>

#include "tests/history/samples.h"

namespace seedbed {
namespace {

ObjectKind object_in(std::string_view edn) {
  const HistoryReading reading = read_text("jepsen-edn", edn);
  EXPECT_TRUE(reading.history);
  return object_of(*reading.history);
}

std::string pair_of(const std::string& function, const std::string& asked,
                    const std::string& found) {
  return "{:type :invoke :process 1 :f :" + function + " :value " + asked +
         "}{:type :ok :process 1 :f :" + function + " :value " + found + "}";
}

TEST(Object, IsToldByFunctionsAndByWhatReadsFound) {
  EXPECT_EQ(object_of(history_of(sample("register.edn"))), ObjectKind::kRegister);
  EXPECT_EQ(object_of(history_of(sample("kv.txt"))), ObjectKind::kKeyValue);
  EXPECT_EQ(object_of(history_of(sample("list_append.edn"))), ObjectKind::kTransactions);
  EXPECT_EQ(object_of(history_of(sample("queue.txt"))), ObjectKind::kQueue);
  EXPECT_EQ(object_in(pair_of("add", "1", "1") + pair_of("read", "nil", "3")),
            ObjectKind::kCounter);
  EXPECT_EQ(object_in(pair_of("add", "1", "1") + pair_of("read", "nil", "[3]")), ObjectKind::kSet);
  EXPECT_EQ(object_in(pair_of("append", "1", "1") + pair_of("read", "nil", "[1]")),
            ObjectKind::kList);
  EXPECT_EQ(object_in(pair_of("push", "1", "1") + pair_of("pop", "nil", "1")), ObjectKind::kStack);
  EXPECT_EQ(object_in(pair_of("insert", "1", "1") + pair_of("delete-min", "nil", "1")),
            ObjectKind::kPriorityQueue);
  EXPECT_EQ(object_in(pair_of("acquire", "nil", "nil") + pair_of("release", "nil", "nil")),
            ObjectKind::kMutex);
  EXPECT_EQ(object_in(pair_of("acquire", "nil", "nil") + pair_of("write", "1", "1")),
            ObjectKind::kMixed);
  EXPECT_EQ(object_in(pair_of("frobnicate", "nil", "nil")), ObjectKind::kUnknown);
  EXPECT_EQ(object_in(pair_of("read", "nil", "{1 10}")), ObjectKind::kUnknown)
      << "reads alone tell nothing: these are accounts";
}

TEST(Object, OfOurOwnCountersIsACounter) {
  std::vector<Entry> entries(1);
  entries[0].operation = Operation::read("likes");
  entries[0].response = Response::number_is(3);
  entries[0].invoked = EventIndex{1};
  entries[0].returned = EventIndex{2};
  const History history(entries);
  EXPECT_EQ(object_of(history), ObjectKind::kCounter);
  const Translation translation = for_model(history, ObjectKind::kCounter);
  EXPECT_EQ(difference(*translation.history, history), std::nullopt);
}

TEST(ForModel, TakesARegisterForAKeyByItsConvention) {
  History history = history_of(sample("etcd.log"));
  const Translation etcd = for_model(history, ObjectKind::kRegister);
  EXPECT_EQ(etcd.model, ModelKind::kKeyValue);
  EXPECT_EQ(to_string(etcd.history->entries()[0].operation), "put(register,\"4\")");
  EXPECT_TRUE(etcd.history->entries()[3].response.is_mismatch());
  history.set_convention({.initial = "0"});
  const Translation other = for_model(history, ObjectKind::kRegister);
  EXPECT_EQ(other.history->size(), history.size() + 1);
  EXPECT_EQ(to_string(other.history->entries()[0].operation), "put(register,\"0\")");
  for (size_t i = 1; i < other.history->size(); ++i) {
    EXPECT_TRUE(precedes(other.history->entries()[0], other.history->entries()[i]));
  }
  EXPECT_EQ(other.history->entries()[4].outcome(), Outcome::kFail);
}

TEST(ForModel, LeavesReadsOfNilOutIfTheyTellNothing) {
  History history = history_of(sample("register.edn"));
  const Translation knossos = for_model(history, ObjectKind::kRegister);
  EXPECT_EQ(knossos.left_out, 1u);
  EXPECT_EQ(knossos.history->size(), history.size() - 1);
  history.set_convention({});
  const Translation strict = for_model(history, ObjectKind::kRegister);
  EXPECT_EQ(strict.left_out, 0u);
  EXPECT_EQ(to_string(strict.history->entries().back().operation), "delete(register)")
      << "nil is written";
}

TEST(ForModel, CountsWhatWasAdded) {
  const HistoryReading reading =
      read_text("jepsen-edn", pair_of("add", "-2", "-2") + pair_of("read", "nil", "5"));
  History history = *reading.history;
  history.set_convention({.initial = "7"});
  const Translation translation = for_model(history, object_of(history));
  ASSERT_TRUE(translation.history);
  EXPECT_EQ(to_string(translation.history->entries()[0].operation), "increment(counter,7)");
  EXPECT_EQ(to_string(translation.history->entries()[1].operation), "increment(counter,-2)");
  EXPECT_EQ(translation.history->entries()[2].response, Response::number_is(5));
  history.set_convention({.initial = "x"});
  EXPECT_NE(for_model(history, object_of(history)).why_none.find("no number"), std::string::npos);
}

TEST(ForModel, SaysWhyThereIsNoModel) {
  const History plume = history_of(sample("plume.txt"));
  EXPECT_NE(for_model(plume, object_of(plume)).why_none.find("no order of time"),
            std::string::npos);
  const History queue = history_of(sample("queue.txt"));
  EXPECT_NE(for_model(queue, object_of(queue)).why_none.find("queues"), std::string::npos);
  EXPECT_FALSE(for_model(queue, object_of(queue)).history);
}

}  // namespace
}  // namespace seedbed

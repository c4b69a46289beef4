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
}

}  // namespace
}  // namespace seedbed

// What stands in the files is what stands in the history.
#include <gtest/gtest.h>

#include "sim/history/codec.h"
#include "sim/history/formats/format.h"
#include "tests/history/samples.h"

namespace seedbed {
namespace {

const Entry& entry(const History& history, size_t i) { return history.entries().at(i); }

std::string text(const History& history, size_t i) { return to_string(history, entry(history, i)); }

TEST(Formats, AreToldByTheirContent) {
  for (const Sample& sample : samples()) {
    const Format* format = detect_format(sample.input());
    ASSERT_NE(format, nullptr) << sample.name;
    EXPECT_EQ(format->name, sample.format) << sample.name;
  }
  for (const std::string_view text : {"", "hello\n", "<html>", "{", "[]", "r", "w(1,2)"}) {
    EXPECT_EQ(detect_format({.name = "x", .files = {{.name = "x", .bytes = text}}}), nullptr)
        << text;
  }
}

TEST(Formats, EachHasASampleThatIsReadWithoutFatalFindings) {
  for (const Format& format : history_formats()) {
    bool seen = false;
    for (const Sample& sample : samples()) {
      if (sample.format != format.name) continue;
      seen = true;
      EXPECT_GT(history_of(sample).size(), 0u) << sample.name;
    }
    EXPECT_TRUE(seen) << format.name;
  }
}

TEST(Formats, OwnFilesCarryEverything) {
  for (const Sample& sample : samples()) {
    const History history = history_of(sample);
    const History copy = decode(encode(history));
    EXPECT_EQ(difference(history, copy), std::nullopt) << sample.name;
    EXPECT_EQ(encode(copy), encode(history)) << sample.name;
    EXPECT_EQ(copy.parts().asides, history.parts().asides) << sample.name;
  }
}

TEST(Formats, EdnGivesBackAnEqualHistory) {
  for (const Sample& sample : samples()) {
    History history = history_of(sample);
    const std::string written = find_format("jepsen-edn")->write(history);
    const HistoryReading again = read_text("jepsen-edn", written);
    ASSERT_TRUE(again.history) << sample.name << "\n" << to_string(again.findings.at(0)) << written;
    history.set_convention(again.history->convention());  // that of the new format's tools
    EXPECT_EQ(difference(history, *again.history), std::nullopt) << sample.name << "\n" << written;
  }
}

TEST(JepsenEdn, KeepsWhatHappenedAndWhatIsUnknown) {
  const History history = history_of(sample("register.edn"));
  ASSERT_EQ(history.size(), 6u);
  EXPECT_EQ(text(history, 0), "write(\"1\")");
  EXPECT_EQ(entry(history, 0).place, 2u);
  EXPECT_EQ(entry(history, 0).returned_place, 4u);
  EXPECT_EQ(entry(history, 0).invoked_at, kStart + 1us);
  EXPECT_EQ(entry(history, 1).response.output, "1");
  EXPECT_EQ(history.text(entry(history, 1).node), "n2");
  EXPECT_EQ(entry(history, 2).operation.expected, "1");
  EXPECT_EQ(entry(history, 2).outcome(), Outcome::kInfo);
  EXPECT_EQ(entry(history, 2).response.output, "{:text \"no \\\"answer\\\"\\n\" :timeout 5000}");
  EXPECT_EQ(entry(history, 3).outcome(), Outcome::kFail);
  EXPECT_EQ(entry(history, 3).response.output, ":did-not-match");
  EXPECT_EQ(entry(history, 4).response, Response::absent());
  EXPECT_EQ(entry(history, 5).operation.argument, "nil");
  EXPECT_EQ(entry(history, 5).returned, kNoEvent);
  EXPECT_EQ(history.place_of(entry(history, 5)), "line 15");
}

TEST(JepsenEdn, KeepsTheNemesisAside) {
  const History history = history_of(sample("register.edn"));
  ASSERT_EQ(history.parts().asides.size(), 1u);
  const Aside& aside = history.parts().asides[0];
  EXPECT_EQ(aside.process, "nemesis");
  EXPECT_EQ(aside.function, "partition");
  EXPECT_EQ(aside.value, "{\"n1\" #{\"n2\" \"n3\"}}");
  EXPECT_EQ(aside.at, EventIndex{4});
}

TEST(JepsenEdn, FindsIndependentKeysByTheShapeOfAllValues) {
  const History history = history_of(sample("keyed.edn"));
  EXPECT_EQ(text(history, 0), "write(:x,\"a b\")");
  EXPECT_EQ(text(history, 1), "cas(:x,nothing,\"\\\"5\\\"\")") << "the text 5, not the number";
  EXPECT_EQ(text(history, 2), "read(:y)");
  EXPECT_EQ(entry(history, 2).response, Response::absent());
}

TEST(JepsenEdn, TakesNoReasonForAValueWithoutAKey) {
  const HistoryReading reading = read_text(
      "jepsen-edn",
      "{:type :invoke :process 1 :f :read :value [x nil]}{:type :info :process 1 :f :read "
      ":value :timed-out}{:type :invoke :process 2 :f :cas :value [3 4]}");
  EXPECT_EQ(entry(*reading.history, 0).operation.key, "") << "a cas of 3, or of the key 3?";
  const HistoryReading keyed = read_text(
      "jepsen-edn",
      "{:type :invoke :process 1 :f :read :value [x nil]}{:type :info :process 1 :f :read "
      ":value :timed-out}{:type :invoke :process 2 :f :cas :value [3 [4 5]]}");
  EXPECT_EQ(entry(*keyed.history, 0).operation.key, "'x");
  EXPECT_EQ(entry(*keyed.history, 0).response.output, "timed-out");
}

TEST(JepsenEdn, ReadsTransactionsOfLists) {
  const History history = history_of(sample("list_append.edn"));
  ASSERT_EQ(history.size(), 5u);
  EXPECT_EQ(text(history, 0), "txn([append 1 10] [read 2 []])");
  EXPECT_EQ(history.steps(entry(history, 0))[1].found, Found::kCollection);
  EXPECT_EQ(text(history, 1), "txn([append 2 20] [append 1 11])") << "what an aborted one wrote";
  EXPECT_EQ(entry(history, 1).outcome(), Outcome::kFail);
  EXPECT_EQ(text(history, 2), "txn([read 1 [10 11]] [read 3 nothing] [append 1 12])");
  EXPECT_EQ(entry(history, 3).outcome(), Outcome::kInfo);
  EXPECT_EQ(history.steps(entry(history, 4)).size(), 0u);
}

TEST(JepsenEdn, ReadsTransactionsOfRegistersAndPredicates) {
  const History history = history_of(sample("rw_register.edn"));
  EXPECT_EQ(text(history, 0), "txn([write :x 1] [read :y nothing])");
  EXPECT_EQ(text(history, 1), "txn([insert 7 70])");
  EXPECT_EQ(text(history, 2),
            "txn([read :x 1] [insert 8 80] [delete 7] [predicate-read [:mod 2 0] [8 80]])");
}

TEST(JepsenEdn, PairsOperationsWithoutProcesses) {
  const HistoryReading reading =
      read_history(sample("set.edn").input(), *find_format("jepsen-edn"));
  ASSERT_EQ(reading.findings.size(), 1u);
  EXPECT_EQ(info_of(reading.findings[0].kind).name, "missing-process");
  const History& history = *reading.history;
  EXPECT_TRUE(precedes(entry(history, 1), entry(history, 2)));
  EXPECT_FALSE(precedes(entry(history, 0), entry(history, 2)));
  const auto elements = history.elements(entry(history, 2));
  ASSERT_EQ(elements.size(), 2u);
  EXPECT_EQ(history.text(elements[0]), ":two");
  EXPECT_NE(entry(history, 0).client, entry(history, 1).client);
}

TEST(JepsenJson, IsReadLikeEdn) {
  const History history = history_of(sample("register.json"));
  EXPECT_EQ(entry(history, 0).operation.argument, "caf\u00e9 \U0001f600");
  EXPECT_EQ(text(history, 1), "txn([append 253 1] [read x [1 2.5 true]])");
  EXPECT_EQ(history.parts().asides.at(0).process, "1x");
}

TEST(JepsenText, ReadsColumns) {
  const History history = history_of(sample("queue.txt"));
  EXPECT_EQ(text(history, 0), "enqueue(\"1\")");
  EXPECT_EQ(entry(history, 1).response.output, "1");
  EXPECT_EQ(history.elements(entry(history, 2)).size(), 2u);
  EXPECT_EQ(entry(history, 3).response.output, ":empty");
  EXPECT_EQ(entry(history, 4).response.output, "indeterminate: no route to host [n5 n5");
}

TEST(JepsenBinary, OfBothVersionsIsWhatItsEdnIs) {
  const std::string operations =
      "{:index 0 :type :invoke :process 7 :f :txn :time 0 :node \"n1\" "
      ":value [[:append 1 10] [:r :x nil]]}\n"
      "{:index 1 :type :ok :process 7 :f :txn :time 1000 "
      ":value [[:append 1 10] [:r :x [300 -1 \"\\ud83d\\ude00\"]]]}\n"
      "{:index 2 :type :invoke :process 7 :f :txn :time 2000 :node \"n1\" "
      ":value [[:append 1 10] [:r :x nil]]}\n"
      "{:index 3 :type :ok :process 7 :f :txn :time 3000 "
      ":value [[:append 1 10] [:r :x [300 -1 \"\\ud83d\\ude00\"]]]}\n";
  const std::string nemesis = "{:index 4 :type :invoke :process :nemesis :f :kill :time 4000}";
  const HistoryReading edn = read_text("jepsen-edn", operations);
  EXPECT_EQ(difference(history_of(sample("v0.jepsen")), *edn.history), std::nullopt);
  const HistoryReading with_nemesis = read_text("jepsen-edn", operations + nemesis);
  EXPECT_EQ(difference(history_of(sample("v1.jepsen")), *with_nemesis.history), std::nullopt);
}

TEST(PorcupineEtcd, ReadsTabsAndBlanks) {
  const History history = history_of(sample("etcd.log"));
  ASSERT_EQ(history.size(), 6u);
  EXPECT_EQ(text(history, 1), "cas(\"4\",\"2\")");
  EXPECT_EQ(entry(history, 2).outcome(), Outcome::kFail);
  EXPECT_EQ(entry(history, 2).response.output, "timed-out");
  EXPECT_EQ(entry(history, 4).outcome(), Outcome::kInfo);
  EXPECT_EQ(entry(history, 5).response.output, "2");
  EXPECT_EQ(history.convention().failed_cas, Convention::FailedCas::kMismatch);
}

TEST(PorcupineKv, KeepsKeysApart) {
  const History history = history_of(sample("kv.txt"));
  EXPECT_EQ(text(history, 0), "append(0,\"x 0 0 y\")");
  EXPECT_EQ(entry(history, 2).response, Response::found("")) << "not absent";
  EXPECT_EQ(entry(history, 3).operation.argument, "5") << "as it is, to be appended to";
  EXPECT_EQ(history.convention().initial, "");
}

TEST(SessionFormats, KnowNoOrderOfTime) {
  for (const Sample& sample : samples()) {
    const History history = history_of(sample);
    if (history.order() != Order::kSessions) continue;
    for (const Entry& a : history.entries()) {
      for (const Entry& b : history.entries()) EXPECT_FALSE(precedes(a, b)) << sample.name;
    }
  }
  EXPECT_EQ(history_of(sample("plume.txt")).order(), Order::kSessions);
  EXPECT_EQ(history_of(sample("register.edn")).order(), Order::kRealTime);
}

TEST(Plume, GathersTransactionsAndAbortedWrites) {
  const History history = history_of(sample("plume.txt"));
  ASSERT_EQ(history.size(), 4u);
  EXPECT_EQ(text(history, 0), "txn([write 0 1] [write 0 2])");
  EXPECT_EQ(text(history, 1), "txn([read 5 0] [read 0 2])");
  EXPECT_EQ(text(history, 2), "txn([write 3 9])");
  EXPECT_EQ(entry(history, 2).outcome(), Outcome::kFail);
  EXPECT_EQ(entry(history, 3).client, NodeId{1});
  EXPECT_EQ(history.convention().initial, "0");
}

TEST(Awdit, ReadsSessionsAndTransactions) {
  const History history = history_of(sample("awdit.txt"));
  ASSERT_EQ(history.size(), 4u);
  EXPECT_EQ(text(history, 2), "txn([read 1 0] [write 1 7])");
  EXPECT_EQ(entry(history, 2).client, entry(history, 1).client);
  EXPECT_NE(entry(history, 3).client, entry(history, 2).client);
  EXPECT_EQ(history.convention().initial, std::nullopt);
}

TEST(Dbcop, ReadsItsThreeNotations) {
  const History json = history_of(sample("dbcop.json"));
  EXPECT_EQ(text(json, 0), "txn([write 0 1] [read 1 nothing])");
  EXPECT_EQ(text(json, 1), "txn([read 0 1] [write 1 2])");
  EXPECT_EQ(entry(json, 2).outcome(), Outcome::kFail);
  EXPECT_EQ(entry(json, 2).place, 6u);
  const History hist = history_of(sample("dbcop.hist"));
  EXPECT_EQ(text(hist, 0), "txn([write x 1] [read y nothing])");
  EXPECT_EQ(text(hist, 2), "txn([read x] [write y 4])") << "what an aborted one read is not known";
  const History bincode = history_of(sample("history.bincode"));
  EXPECT_EQ(text(bincode, 0), "txn([write 0 5] [read 1 0])");
  EXPECT_EQ(text(bincode, 1), "txn([write 1 6])");
  EXPECT_EQ(entry(bincode, 1).outcome(), Outcome::kFail);
  EXPECT_EQ(text(bincode, 2), "txn([read 0])");
}

TEST(Cobra, TellsWritesByTheirIds) {
  const History history = history_of(sample("cobra"));
  EXPECT_EQ(text(history, 0), "txn([write 7 101] [read 8 0])");
  EXPECT_EQ(text(history, 1), "txn([read 7 101])");
  EXPECT_EQ(entry(history, 2).outcome(), Outcome::kInfo) << "the log ends before its commit";
}

}  // namespace
}  // namespace seedbed

// What is wrong with a file is named, with its place.
#include <gtest/gtest.h>

#include <set>

#include "sim/history/codec.h"
#include "sim/history/finding.h"
#include "tests/history/samples.h"

namespace seedbed {
namespace {

struct Case {
  std::string format;
  std::string text;
  std::string says;  // one finding is this, up to its meaning
};

std::string findings_of(const HistoryReading& reading) {
  std::string text;
  for (const Finding& finding : reading.findings) text += to_string(finding) + "\n";
  return text;
}

void expect(const std::vector<Case>& cases, bool fatal) {
  for (const Case& wrong : cases) {
    const HistoryReading reading = read_text(wrong.format, wrong.text);
    EXPECT_EQ(reading.history.has_value(), !fatal) << wrong.text << "\n" << findings_of(reading);
    EXPECT_NE(findings_of(reading).find("a.txt: " + wrong.says), std::string::npos)
        << wrong.says << "\nis not in\n"
        << findings_of(reading);
  }
}

constexpr char kInvoke[] = "{:type :invoke :process 1 :f :write :value 5}\n";

TEST(Findings, OfOperationsThatDoNotFitTogether) {
  const std::string invoke = kInvoke;
  expect(
      {{"jepsen-edn", "\n{:type :ok :process 1 :f :read :value 5}",
        "line 2: unpaired-return: a return of process 1, which was asked nothing"},
       {"jepsen-edn", invoke + invoke,
        "line 2: busy-process: process 1 is asked again; expected the return of what it was asked "
        "on "
        "line 1"},
       {"jepsen-edn", invoke + "{:type :ok :process 1 :f :read :value 5}",
        "line 2: other-return: a return of read; expected one of write, which stands on line 1"},
       {"jepsen-edn", invoke + "{:type :ok :process 1 :f :write :value 6}",
        "line 2: other-return: write of 6; expected 5"},
       {"jepsen-edn",
        "{:type :invoke :process 1 :f :txn :value [[:append 1 2]]}\n"
        "{:type :ok :process 1 :f :txn :value [[:append 1 3]]}",
        "line 2: other-return: the return [[:append 1 3]]"},
       {"jepsen-edn",
        "{:type :invoke :process 1 :f :txn :value [[:append 1 2]]}\n"
        "{:type :ok :process 1 :f :txn :value [[:append 1 2] [:r 1 nil]]}",
        "line 2: other-return"},
       {"jepsen-edn",
        "{:index 4 :type :invoke :process 1 :f :read}\n{:index 4 :type :ok :process 1}",
        "line 2: index-order: the index 4 after 4; expected a larger one"},
       {"jepsen-edn", "{:type :ok :f :read :value 5}", "line 1: unpaired-return: a return without"},
       {"jepsen-text", "1\t:ok\t:read\t5\n", "line 1: unpaired-return"},
       {"plume", "w(1,2,3,4)\nw(1,3,5,4)\n",
        "line 2: split-transaction: transaction 4 in session 5; expected session 3, as on line 1"}},
      true);
}

TEST(Findings, OfValuesOfAWrongKind) {
  expect(
      {{"jepsen-edn", "{:type :begin :process 1 :f :read}",
        "line 1: wrong-type: the type :begin; expected invoke, ok, fail or info"},
       {"jepsen-edn", "{:process 1 :f :read}", "line 1: wrong-type: the type nothing"},
       {"jepsen-edn", "{:type :invoke :process 1.5 :f :read}",
        "line 1: wrong-type: the process 1.5"},
       {"jepsen-edn", "{:type :invoke :process -1 :f :read}", "line 1: wrong-type: the process -1"},
       {"jepsen-edn", "{:type :invoke :process 4294967296 :f :read}", "line 1: wrong-type"},
       {"jepsen-edn", "{:type :invoke :process 1 :f :cas :value 5}",
        "line 1: wrong-type: cas 5; expected [old new]"},
       {"jepsen-edn", "{:type :invoke :process 1 :f :increment :value :x}",
        "line 1: wrong-type: increment of :x; expected a number"},
       {"jepsen-edn", "{:type :invoke :process 1 :value 5}",
        "line 1: wrong-type: an operation without :f"},
       {"jepsen-edn", "{:type :invoke :process 1 :f :txn :value [[:append 1]]}",
        "line 1: wrong-type: the micro-operation [:append 1]; expected 3 parts"},
       {"jepsen-edn", "{:type :invoke :process 1 :index :x :f :read}", "line 1: wrong-type"},
       {"jepsen-edn", "\n5", "line 2: syntax: 5; expected the map of an operation"},
       {"dbcop-json", "[[{\"events\":[{\"Write\":{\"variable\":1}}],\"committed\":true}]]",
        "line 1: wrong-type"},
       {"dbcop-json", "[[{\"events\":5,\"committed\":true}]]", "line 1: wrong-type"},
       {"dbcop-json", "[5]", "line 1: syntax: no list"},
       {"dbcop-json", "{\"params\":{}}", "line 1: syntax: an object without data"}},
      true);
}

TEST(Findings, OfTextsThatEndOrAreNotWhatTheyShouldBe) {
  expect({{"jepsen-edn", "[{:type :invoke\n :process 1", "line 2: truncated"},
          {"jepsen-edn", std::string(kInvoke) + "{:type \"inv", "line 2: truncated: a string"},
          {"jepsen-edn", std::string(200, '['), "line 1: too-deep"},
          {"jepsen-text", "1\t:ok :fail\t:read\t5\n", "line 1: syntax: more than one value"},
          {"plume", "w(1,2,3,4)\nx(1,2,3,4)\n", "line 2: syntax: x(1,2,3,4)"},
          {"plume", "w(1,2,3,4)\nw(1,2,3)\n", "line 2: syntax"},
          {"plume", "w(1,2,3,99999999999999999999)\n", "line 1: syntax"},
          {"awdit", "r 1 2\nw 1\n", "line 2: syntax: w 1"},
          {"dbcop-text", "[x:=1]\n[x=1]", "line 2: syntax: '='; expected ':=' or '=='"},
          {"dbcop-text", "[x:=1", "line 1: truncated"},
          {"dbcop-text", "[]", "line 1: syntax: ']'; expected a variable"},
          {"dbcop-text", "[x:=99999999999999999999]", "line 1: syntax"},
          {"dbcop-json", "[[{\"events\":", "line 1: truncated"}},
         true);
}

TEST(Findings, OfBytesThatAnnounceTooMuch) {
  const std::string bincode = sample("history.bincode").files[0];
  const size_t sessions = 5 * 8 + 3 * 8 + 7 + 10;
  std::string absurd = bincode;
  absurd[sessions + 6] = '\x7f';
  std::string wrong = bincode;
  wrong[sessions + 24] = '\x05';
  expect({{"dbcop-bincode", absurd, "byte 89: absurd-count"},
          {"dbcop-bincode", wrong, "byte 105: syntax: the kind of an event 5; expected 0 or 1"},
          {"dbcop-bincode", bincode.substr(0, 120), "byte 105: absurd-count: 2 events"},
          {"dbcop-bincode", bincode + "x", "byte 204: syntax: 1 bytes after the last session"},
          {"dbcop-bincode", bincode.substr(0, bincode.size() - 1), "byte 203: truncated"},
          {"cobra", sample("cobra").files[0].substr(0, 30), "byte 26: truncated"},
          {"cobra", "S12345678Cabcdefgh", "byte 9: syntax: the end of transaction"},
          {"cobra", "S12345678S12345678", "byte 9: syntax: a transaction inside another"},
          {"cobra", "C12345678", "byte 0: syntax: a record in no transaction"}},
         true);
}

TEST(Findings, OfDamagedJepsenFiles) {
  const std::string whole = jepsen_file(1);
  const auto with = [&](size_t at, char c) {
    std::string bytes = whole;
    bytes[at] = c;
    return bytes;
  };
  expect({{"jepsen-binary", with(9, 2), "byte 6: unsupported: version 2; expected 0 or 1"},
          {"jepsen-binary", with(12, 1), "byte 1099511628"},
          {"jepsen-binary", with(60, 'x'), "byte 18: bad-checksum: a block with the CRC"},
          {"jepsen-binary", jepsen_file(1, 6), "byte 550: truncated: 5 operations; expected 6"},
          {"jepsen-binary", jepsen_file(1, 1 << 30), "byte 118: absurd-count"},
          {"jepsen-binary", whole.substr(0, whole.size() - 1), "byte "},
          {"jepsen-binary", whole.substr(0, 12), "byte 10: truncated"}},
         true);
  for (size_t i = 18; i < whole.size(); ++i) {
    const HistoryReading reading = read_text("jepsen-binary", with(i, whole[i] ^ 1));
    EXPECT_FALSE(reading.history) << "the bit at " << i << " is covered by a checksum";
  }
}

TEST(Findings, ThatAreRemarksLeaveAHistory) {
  expect({{"jepsen-edn",
           "{:type :invoke :process 1 :f :read}\n{:type :info :process 1 :f :read}\n"
           "{:type :invoke :process 1 :f :read}\n",
           "line 3: process-after-info: process 1 goes on after the unknown operation of line 1"},
          {"jepsen-edn", "{:type :invoke :process 1 :f :frobnicate :value 7}",
           "line 1: unknown-function: the function \"frobnicate\""},
          {"jepsen-edn", "{:type :invoke :process 1 :f :txn :value [[:send 1 2]]}",
           "line 1: unknown-function: the function txn of [[:send 1 2]]"},
          {"jepsen-edn", "[]", "empty: no operations"},
          {"porcupine-etcd", "", "empty: no operations"},
          {"jepsen-text", "hello\n1\t:invoke\t:read\tnil\n", "line 1: skipped-line"},
          {"awdit", "w 1 5\n---\nw 1 5\n",
           "line 3: duplicate-value: the value 5 is written to 1 again; expected one that was not "
           "written on line 1"}},
         false);
}

TEST(Findings, AreCountedBeyondTheFirstFew) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "{:type :ok :process 1 :f :read :value 5}\n";
  const HistoryReading reading = read_text("jepsen-edn", text);
  ASSERT_EQ(reading.findings.size(), 3u);
  EXPECT_EQ(reading.findings[2].more, 97u);
}

TEST(Findings, OfOwnFilesNameTheOperation) {
  std::string bytes = sample("own.history").files[0];
  bytes[bytes.size() / 2] ^= 1;
  const HistoryReading reading = read_text("seedbed", bytes);
  EXPECT_FALSE(reading.history);
  EXPECT_NE(findings_of(reading).find("damaged"), std::string::npos);
}

TEST(FindingInfos, StandInTheOrderOfTheirKinds) {
  std::set<std::string_view> names;
  for (size_t i = 0; i < finding_infos().size(); ++i) {
    EXPECT_EQ(static_cast<size_t>(finding_infos()[i].kind), i);
    EXPECT_TRUE(names.insert(finding_infos()[i].name).second);
  }
}

}  // namespace
}  // namespace seedbed

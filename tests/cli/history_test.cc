// Histories that others recorded: checked, listed, and written for other tools.
#include <gtest/gtest.h>

#include "tests/cli/shell.h"

namespace seedbed {
namespace {

constexpr char kGood[] =
    "{:process 0 :type :invoke :f :write :value 1}\n{:process 0 :type :ok :f :write :value 1}\n"
    "{:process 1 :type :invoke :f :read :value nil}\n{:process 1 :type :ok :f :read :value 1}\n";
constexpr char kBad[] =
    "{:process 0 :type :invoke :f :write :value 1}\n{:process 0 :type :ok :f :write :value 1}\n"
    "{:process 1 :type :invoke :f :read :value nil}\n{:process 1 :type :ok :f :read :value 2}\n";
constexpr char kNil[] =
    "{:process 0 :type :invoke :f :write :value 1}\n{:process 0 :type :ok :f :write :value 1}\n"
    "{:process 1 :type :invoke :f :read :value nil}\n{:process 1 :type :ok :f :read :value nil}\n";

TEST(CheckHistory, JudgesWhatAModelKnows) {
  const Shell shell;
  shell.write("good.edn", kGood);
  shell.write("bad.edn", kBad);
  const Ran good = shell.run("seedbed check good.edn");
  EXPECT_EQ(good.code, 0) << good.out << good.err;
  EXPECT_NE(good.out.find("PASS  good.edn: jepsen-edn of registers"), std::string::npos)
      << good.out;
  EXPECT_NE(good.out.find("2 operations of 2 processes on 1 key: 2 ok"), std::string::npos);
  const Ran bad = shell.run("seedbed check bad.edn");
  EXPECT_EQ(bad.code, 1);
  EXPECT_NE(bad.out.find("nothing ever wrote \"2\""), std::string::npos) << bad.out;
}

TEST(CheckHistory, TakesAConventionFromTheUser) {
  const Shell shell;
  shell.write("nil.edn", kNil);
  EXPECT_EQ(shell.run("seedbed check nil.edn").code, 0) << "Knossos: a read of nil tells nothing";
  EXPECT_EQ(shell.run("seedbed check nil.edn --nil-read nothing").code, 1);
  shell.write("two.edn", std::string(kBad).substr(std::string(kBad).find("{:process 1")) +
                             "{:process 2 :type :invoke :f :write :value 3}");
  EXPECT_EQ(shell.run("seedbed check two.edn").code, 1);
  EXPECT_EQ(shell.run("seedbed check two.edn --initial 2").code, 0);
  shell.write("cas.edn",
              "{:process 0 :type :invoke :f :cas :value [nil 1]}\n"
              "{:process 0 :type :fail :f :cas :value [nil 1]}\n" +
                  std::string(kGood));
  EXPECT_EQ(shell.run("seedbed check cas.edn").code, 0);
  EXPECT_EQ(shell.run("seedbed check cas.edn --failed-cas mismatch").code, 1);
}

TEST(CheckHistory, IsInconclusiveWithoutAModel) {
  const Shell shell;
  shell.write("queue.txt", "0\t:invoke\t:enqueue\t1\n0\t:ok\t:enqueue\t1\n");
  const Ran queue = shell.run("seedbed check queue.txt --model mutex");
  EXPECT_EQ(queue.code, 2);
  EXPECT_NE(queue.out.find("the model mutex knows none of the operations"), std::string::npos)
      << queue.out;
  EXPECT_EQ(shell.run("seedbed check queue.txt").code, 0);
  EXPECT_TRUE(is_one_error(shell.run("seedbed check queue.txt --model quueue").err,
                           "did you mean 'queue'?"));
  shell.write("plume.txt", "w(0,1,2,3)\n");
  EXPECT_EQ(shell.run("seedbed check plume.txt").code, 2);
  EXPECT_EQ(shell.run("seedbed check plume.txt --model kv --json").json()["message"],
            "the history knows no order of time, which linearizability is about; --consistency "
            "sequential asks without it");
  shell.write("empty.log", "");
  EXPECT_EQ(shell.run("seedbed check empty.log --format porcupine-etcd").code, 2);
  shell.write("failed.edn",
              "{:process 0 :type :invoke :f :read}\n{:process 0 :type :fail :f :read}");
  EXPECT_EQ(shell.run("seedbed check failed.edn").code, 2) << "nothing is known to have happened";
}

TEST(CheckHistory, NamesWhatIsWrongWithAFile) {
  const Shell shell;
  shell.write("cut.edn", std::string(kGood) + "{:process 1 :type");
  const Ran cut = shell.run("seedbed check cut.edn");
  EXPECT_EQ(cut.code, 4);
  EXPECT_EQ(cut.out, "");
  EXPECT_TRUE(is_one_error(cut.err, "cut.edn: line 5: truncated: ")) << cut.err;
  shell.write("unpaired.edn", "{:process 1 :type :ok :f :read :value 5}\n");
  EXPECT_TRUE(is_one_error(shell.run("seedbed check unpaired.edn").err, "line 1: unpaired-return"));
  EXPECT_TRUE(is_one_error(shell.run("seedbed check cut.edn --format jepsen-end").err,
                           "did you mean 'jepsen-edn'?"));
  EXPECT_TRUE(is_one_error(shell.run("seedbed check cut.edn --nil-read maybe").err, "line 5"));
  shell.write("good.edn", kGood);
  EXPECT_TRUE(is_one_error(shell.run("seedbed check good.edn --nil-read maybe").err,
                           "expected nothing or unknown"));
  EXPECT_TRUE(is_one_error(shell.run("seedbed check good.edn --failed-cas maybe").err,
                           "expected mismatch or no-effect"));
}

TEST(CheckHistory, AsJsonHasItsFields) {
  const Shell shell;
  shell.write("bad.edn", kBad);
  const auto json = shell.run("seedbed check bad.edn --json").json();
  for (const std::string field :
       {"history", "format",    "object",         "operations", "processes",
        "keys",    "steps",     "asides",         "convention", "findings",
        "model",   "evaluated", "left_out",       "verdict",    "message",
        "facts",   "algorithm", "counterexample", "witness",    "certificate"}) {
    EXPECT_TRUE(json.contains(field)) << field;
  }
  EXPECT_EQ(json["verdict"], "violation");
  EXPECT_EQ(json["model"], "cas-register");
  EXPECT_EQ(json["operations"]["ok"], 2);
  EXPECT_GT(json["facts"].size(), 0u);
  shell.write("remark.edn", "{:type :invoke :f :read}\n{:type :ok :f :read :value 1}\n");
  const auto remark = shell.run("seedbed check remark.edn --json").json();
  EXPECT_EQ(remark["findings"][0]["name"], "missing-process");
  EXPECT_EQ(remark["findings"][0]["line"], 1);
}

TEST(CheckHistory, NamesWhoGaveTheWrongAnswerOfARecordedRun) {
  const Shell shell;
  shell.run("seedbed run kv/faults --seed 1 --mutant kv.forgetful --trace a.trace");
  const Ran ran = shell.run("seedbed check a.trace --model kv --json");
  ASSERT_EQ(ran.code, 1) << ran.err;
  const nlohmann::json witness = ran.json()["witness"];
  ASSERT_EQ(witness.size(), 2u) << ran.out;
  EXPECT_EQ(witness[0], "n1 answered at 0.610 s");
  EXPECT_EQ(witness[1], "no fault was on at that time");
}

TEST(CheckHistory, ReadsADirectoryOfLogs) {
  const Shell shell;
  const std::string number("\0\0\0\0\0\0\0\1", 8);
  shell.write("logs/T1.log", "S" + number + "W" + number + number + number + "C" + number);
  shell.write("logs/T2.log", "S" + number + "R" + number + number + number + number + "C" + number);
  shell.write("logs/T1.debug", "left out");
  const auto json = shell.run("seedbed check logs --json").json();
  EXPECT_EQ(json["format"], "cobra");
  EXPECT_EQ(json["processes"], 2);
  shell.write("one/history.edn", kGood);
  EXPECT_EQ(shell.run("seedbed check one").code, 0);
  EXPECT_TRUE(is_one_error(shell.run("seedbed check bin").err, "a directory without a history"));
}

TEST(ListFormats, SaysWhatCanBeRead) {
  const Shell shell;
  const auto formats = shell.run("seedbed list formats --json").json();
  EXPECT_EQ(formats.size(), 13u);
  EXPECT_EQ(formats[0]["format"], "seedbed");
  EXPECT_EQ(formats[0]["written"], "yes");
}

TEST(Export, WritesARunForJepsensTools) {
  const Shell shell;
  ASSERT_EQ(shell.run("seedbed run kv/faults --seed 42 --trace a.trace").code, 0);
  ASSERT_EQ(shell.run("seedbed export a.trace --to jepsen-edn --out a.edn").code, 0);
  EXPECT_EQ(shell.read("a.edn").rfind("{:index 0, :type :invoke", 0), 0u);
  const auto json = shell.run("seedbed check a.edn --json").json();
  EXPECT_EQ(json["verdict"], "pass");
  EXPECT_EQ(json["object"], "a key-value store");
  ASSERT_EQ(shell.run("seedbed export a.edn --to seedbed --out a.history").code, 0);
  EXPECT_EQ(shell.run("seedbed export a.history --to jepsen-edn").out, shell.read("a.edn"));
  ASSERT_EQ(shell.run("seedbed run kv/calm --seed 42 --mutant kv.forgetful --trace b.trace").code,
            1);
  EXPECT_EQ(shell.run("seedbed export b.trace --to jepsen-edn >b.edn; seedbed check b.edn").code,
            1);
}

TEST(Export, SaysWhatCannotBeWrittenOrRead) {
  const Shell shell;
  shell.write("good.edn", kGood);
  EXPECT_TRUE(is_one_error(shell.run("seedbed export good.edn --to plume").err,
                           "expected a format that can be written: seedbed, jepsen-edn"));
  shell.write("cut.edn", "[");
  const Ran cut = shell.run("seedbed export cut.edn --to seedbed --format jepsen-edn");
  EXPECT_EQ(cut.code, 4);
  EXPECT_TRUE(is_one_error(cut.err, "truncated"));
}

}  // namespace
}  // namespace seedbed

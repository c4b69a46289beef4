// Verdicts that can be believed: the smallest contradiction, its timeline, and certificates.
#include <gtest/gtest.h>

#include "tests/cli/shell.h"

namespace seedbed {
namespace {

constexpr char kStale[] =
    "{:process 1 :type :invoke :f :write :value 1 :time 1000000}\n"
    "{:process 1 :type :ok :f :write :value 1 :time 2000000}\n"
    "{:process 2 :type :invoke :f :write :value 2 :time 3000000}\n"
    "{:process 2 :type :ok :f :write :value 2 :time 4000000}\n"
    "{:process 1 :type :invoke :f :write :value 3 :time 5000000}\n"
    "{:process 3 :type :invoke :f :read :value nil :time 6000000}\n"
    "{:process 3 :type :ok :f :read :value 1 :time 7000000}\n"
    "{:process 1 :type :ok :f :write :value 3 :time 8000000}\n";

TEST(CheckVerdict, ShowsTheSmallestContradiction) {
  const Shell shell;
  shell.write("stale.edn", kStale);
  const Ran text = shell.run("seedbed check stale.edn --html stale.html");
  EXPECT_EQ(text.code, 1);
  EXPECT_NE(text.out.find("3 of 4 operations contradict each other"), std::string::npos)
      << text.out;
  EXPECT_NE(text.out.find("<- completes the contradiction"), std::string::npos);
  EXPECT_NE(text.out.find("could have been told: returned \"2\", or returned \"3\""),
            std::string::npos)
      << text.out;
  const std::string page = shell.read("stale.html");
  EXPECT_NE(page.find("<svg"), std::string::npos);
  for (const char* outside : {"http:", "https:", "src=", "<script", "url("}) {
    EXPECT_EQ(page.find(outside), std::string::npos) << outside;
  }
}

TEST(CheckVerdict, IsTheSameEachTime) {
  const Shell shell;
  shell.write("stale.edn", kStale);
  for (const std::string flags :
       {"", " --json", " --html /dev/stdout", " --certificate /dev/stdout"}) {
    const std::string line = "seedbed check stale.edn" + flags;
    EXPECT_EQ(shell.run(line).out, shell.run(line).out) << line;
  }
  const auto example = shell.run("seedbed check stale.edn --json").json()["counterexample"];
  EXPECT_EQ(example["operations"].size(), 3u);
  EXPECT_EQ(example["suspect"], 4);
  EXPECT_EQ(example["minimal"], true);
}

TEST(CheckVerdict, OfARunOfOursNamesWhoAnswered) {
  const Shell shell;
  ASSERT_EQ(shell.run("seedbed run kv/calm --seed 42 --mutant kv.forgetful --trace b.trace").code,
            1);
  const Ran checked = shell.run("seedbed check b.trace --model kv --json --certificate b.cert");
  EXPECT_EQ(checked.code, 1) << checked.err;
  const auto witness = checked.json()["witness"];
  ASSERT_GE(witness.size(), 2u);
  EXPECT_NE(witness[0].get<std::string>().find(" answered at "), std::string::npos) << witness;
  EXPECT_EQ(witness[1], "no fault was on at that time");
  EXPECT_EQ(shell.run("seedbed check --verify b.cert").code, 0);
  EXPECT_TRUE(is_one_error(shell.run("seedbed check b.trace --html b.html").err, "--model"));
}

TEST(CheckVerdict, SaysWhichFilesItDidNotWrite) {
  const Shell shell;
  shell.write("good.edn", std::string(kStale).substr(0, std::string(kStale).find("{:process 3")));
  const Ran good = shell.run("seedbed check good.edn --html good.html");
  EXPECT_NE(good.out.find("not written: there is no violation to show"), std::string::npos);
  const Ran other = shell.run("seedbed check good.edn --model queue --certificate x.cert");
  EXPECT_NE(other.out.find("not written: nothing was decided"), std::string::npos) << other.out;
}

TEST(Verify, ProvesACertificateAgain) {
  const Shell shell;
  shell.write("stale.edn", kStale);
  shell.write("good.edn", std::string(kStale).substr(0, std::string(kStale).find("{:process 3")));
  ASSERT_EQ(shell.run("seedbed check stale.edn --certificate stale.cert").code, 1);
  ASSERT_EQ(shell.run("seedbed check good.edn --certificate good.cert").code, 0);
  EXPECT_EQ(shell.run("seedbed check --verify stale.cert").code, 0);
  EXPECT_EQ(shell.run("seedbed check --verify good.cert").code, 0);
  const Ran other = shell.run("seedbed check --verify good.cert stale.edn");
  EXPECT_EQ(other.code, 1);
  EXPECT_NE(other.out.find("it is about another history"), std::string::npos) << other.out;
  const auto json = shell.run("seedbed check --verify stale.cert --json").json();
  EXPECT_EQ(json["claim"], "invalid");
  EXPECT_EQ(json["result"], "true");
}

TEST(Verify, RefusesWhatIsNoCertificate) {
  const Shell shell;
  shell.write("stale.edn", kStale);
  EXPECT_TRUE(is_one_error(shell.run("seedbed check --verify stale.edn").err, "line 1: expected"));
  ASSERT_EQ(shell.run("seedbed check stale.edn --certificate stale.cert").code, 1);
  shell.write("cut.cert", shell.read("stale.cert").substr(0, 90));
  EXPECT_EQ(shell.run("seedbed check --verify cut.cert").code, 4);
  EXPECT_TRUE(is_one_error(shell.run("seedbed check").err, "FILE is required"));
}

}  // namespace
}  // namespace seedbed

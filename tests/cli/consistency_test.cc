// Promises that are weaker than linearizability.
#include <gtest/gtest.h>

#include "tests/cli/shell.h"

namespace seedbed {
namespace {

// A read that misses one write, which had ended 2 ms before it began.
constexpr char kStale[] =
    "{:process 1 :type :invoke :f :write :value 1 :time 1000000}\n"
    "{:process 1 :type :ok :f :write :value 1 :time 2000000}\n"
    "{:process 2 :type :invoke :f :write :value 2 :time 3000000}\n"
    "{:process 2 :type :ok :f :write :value 2 :time 4000000}\n"
    "{:process 3 :type :invoke :f :read :value nil :time 6000000}\n"
    "{:process 3 :type :ok :f :read :value 1 :time 7000000}\n";
// Each of two processes misses what the other wrote, and a third is in their way.
constexpr char kCrossed[] =
    "{:process 1 :type :invoke :f :write :value [:x 1]}\n"
    "{:process 1 :type :ok :f :write :value [:x 1]}\n"
    "{:process 2 :type :invoke :f :write :value [:y 1]}\n"
    "{:process 2 :type :ok :f :write :value [:y 1]}\n"
    "{:process 3 :type :invoke :f :write :value [:z 9]}\n"
    "{:process 3 :type :ok :f :write :value [:z 9]}\n"
    "{:process 1 :type :invoke :f :read :value [:y nil]}\n"
    "{:process 2 :type :invoke :f :read :value [:x nil]}\n"
    "{:process 1 :type :ok :f :read :value [:y nil]}\n"
    "{:process 2 :type :ok :f :read :value [:x nil]}\n";

bool says(const Ran& ran, const std::string& text) {
  return ran.out.find(text) != std::string::npos;
}

TEST(CheckSequential, LetsReadsBeLate) {
  const Shell shell;
  shell.write("stale.edn", kStale);
  EXPECT_EQ(shell.run("seedbed check stale.edn").code, 1);
  EXPECT_EQ(shell.run("seedbed check stale.edn --consistency linearizable").code, 1);
  const Ran text = shell.run("seedbed check stale.edn --consistency sequential");
  EXPECT_EQ(text.code, 0);
  EXPECT_TRUE(says(text, "sequential consistency of 3 operations")) << text.out;
  EXPECT_TRUE(says(text, "c1 write(\"1\") completed; c3 read() returned \"1\"")) << text.out;
  const auto json = shell.run("seedbed check stale.edn --consistency sequential --json").json();
  EXPECT_EQ(json["consistency"], "sequential");
  EXPECT_EQ(json["verdict"], "pass");
  EXPECT_EQ(json["evaluated"], 3);
  EXPECT_EQ(json["order"].size(), 3u);
  EXPECT_EQ(json["steps"], 0) << "of transactions, not of the search";
}

TEST(CheckSequential, ShowsTheSmallestContradictionByProcess) {
  const Shell shell;
  shell.write("crossed.edn", kCrossed);
  const std::string line = "seedbed check crossed.edn --nil-read nothing --consistency sequential";
  const Ran text = shell.run(line);
  EXPECT_EQ(text.code, 1);
  EXPECT_TRUE(says(text, "no order of these 4 operations keeps the order of c1 and c2"))
      << text.out;
  EXPECT_TRUE(says(text, "4 of 5 operations; none of them that happened can be left out"));
  EXPECT_TRUE(says(text, "c2          write(:y,\"1\") completed, began at line 3")) << text.out;
  EXPECT_FALSE(says(text, "c3"));
  EXPECT_EQ(text.out, shell.run(line).out);
  const auto json = shell.run(line + " --json").json();
  EXPECT_EQ(json["verdict"], "violation");
  EXPECT_EQ(json["counterexample"]["minimal"], true);
  EXPECT_EQ(json["counterexample"]["processes"].size(), 2u);
  EXPECT_EQ(json["counterexample"]["processes"][0]["operations"][1]["operation"], "read(:y)");
}

TEST(CheckSequential, NeedsNoOrderOfTime) {
  const Shell shell;
  shell.write("plume.txt", "w(0,1,2,3)\nr(0,1,4,5)\n");
  const std::string line = "seedbed check plume.txt --consistency sequential";
  const Ran none = shell.run(line);
  EXPECT_EQ(none.code, 2);
  EXPECT_TRUE(says(none, "transactions may promise less than sequential consistency"));
  EXPECT_EQ(shell.run("seedbed check plume.txt --model multi-register").code, 2);
  EXPECT_EQ(shell.run(line + " --model multi-register").code, 0);
}

TEST(CheckStaleness, MeasuresAndComparesWithBounds) {
  const Shell shell;
  shell.write("stale.edn", kStale);
  const std::string line = "seedbed check stale.edn --consistency staleness";
  const Ran text = shell.run(line);
  EXPECT_EQ(text.code, 0);
  EXPECT_EQ(text.out.rfind("MEASURED  ", 0), 0u) << text.out;
  EXPECT_TRUE(says(text, "2           0.002s        read() by c3 returned \"1\" at 0.007s"))
      << text.out;
  EXPECT_EQ(shell.run(line + " --max-versions 2 --max-staleness 2ms").code, 0);
  const Ran versions = shell.run(line + " --max-versions 1");
  EXPECT_EQ(versions.code, 1);
  EXPECT_TRUE(says(versions, "the object needs the last 2 values, and only the last is allowed"));
  const Ran time = shell.run(line + " --max-staleness 1999us");
  EXPECT_EQ(time.code, 1);
  EXPECT_TRUE(says(time, "the object is stale by 0.002s, and 0.001999s is allowed")) << time.out;
  const auto json = shell.run(line + " --max-versions 2 --json").json();
  EXPECT_EQ(json["verdict"], "pass");
  EXPECT_EQ(json["staleness"][0]["versions"], 2);
  EXPECT_EQ(json["staleness"][0]["time_ns"], 2'000'000);
  EXPECT_EQ(json["staleness"][0]["within"], true);
}

TEST(CheckStaleness, IsInconclusiveIfABoundCannotBeTold) {
  const Shell shell;
  std::string twice = kStale;
  twice += "{:process 1 :type :invoke :f :write :value 1 :time 8000000}\n";
  shell.write("twice.edn", twice);
  const std::string line = "seedbed check twice.edn --consistency staleness";
  EXPECT_EQ(shell.run(line).code, 0);
  const Ran ran = shell.run(line + " --max-staleness 1s");
  EXPECT_EQ(ran.code, 2);
  EXPECT_TRUE(says(ran, "was not found out: a value was written more than once")) << ran.out;
  EXPECT_EQ(shell.run(line + " --max-staleness 1s --max-versions 1").code, 1)
      << "one bound is broken, whatever the other is";
  shell.write("ghost.edn",
              "{:process 1 :type :invoke :f :read :value nil :time 5}\n"
              "{:process 1 :type :ok :f :read :value 7 :time 6}\n");
  EXPECT_EQ(shell
                .run("seedbed check ghost.edn --model register --consistency staleness "
                     "--max-versions 64")
                .code,
            1)
      << "nothing wrote it: no number would do";
}

TEST(CheckConsistency, WrongCombinationsAreNamed) {
  const Shell shell;
  shell.write("stale.edn", kStale);
  shell.write("queue.txt", "0\t:invoke\t:enqueue\t1\n0\t:ok\t:enqueue\t1\n");
  shell.write("plume.txt", "w(0,1,2,3)\n");
  shell.write("untimed.edn", "{:process 1 :type :invoke :f :write :value 7}\n");
  ASSERT_EQ(shell.run("seedbed run kv/calm --seed 42 --trace a.trace").code, 0);
  const std::pair<std::string, std::string> mistakes[] = {
      {"stale.edn --consistency seqential", "did you mean 'sequential'?"},
      {"stale.edn --max-versions 2", "--max-versions: needs --consistency staleness"},
      {"stale.edn --consistency staleness --max-versions 0", "--max-versions"},
      {"stale.edn --consistency staleness --max-staleness 5", "as in 0s, 500us, 20ms or 1.5s"},
      {"stale.edn --consistency sequential --html x", "--html: there is none of"},
      {"stale.edn --consistency staleness --certificate x", "--certificate: there is none of"},
      {"stale.edn --consistency staleness --model queue", "not of the model queue"},
      {"queue.txt --consistency staleness", "not of the model queue"},
      {"plume.txt --consistency staleness --model kv", "needs an order of time"},
      {"plume.txt --consistency staleness", "not of transactions"},
      {"untimed.edn --consistency staleness --max-staleness 1s", "the file has no times"},
      {"--verify x.cert --consistency sequential", "--consistency: does not go with --verify"},
      {"a.trace --initial 5", "--initial: needs --model or --consistency"}};
  for (const auto& [line, says_so] : mistakes) {
    const Ran ran = shell.run("seedbed check " + line);
    EXPECT_EQ(ran.code, 4) << line << '\n' << ran.out << ran.err;
    EXPECT_EQ(ran.out, "") << line;
    EXPECT_TRUE(is_one_error(ran.err, says_so)) << line << '\n' << ran.err;
  }
}

TEST(CheckConsistency, JudgesARunOfOurs) {
  const Shell shell;
  ASSERT_EQ(shell.run("seedbed run kv/calm --seed 42 --trace a.trace").code, 0);
  for (const std::string consistency : {"linearizable", "sequential"}) {
    const Ran ran = shell.run("seedbed check a.trace --consistency " + consistency);
    EXPECT_EQ(ran.code, 0) << ran.out << ran.err;
  }
  const Ran staleness = shell.run("seedbed check a.trace --consistency staleness");
  EXPECT_EQ(staleness.code, 2) << "each key sees more than reads and writes";
  EXPECT_TRUE(says(staleness, "is neither a read nor a write")) << staleness.out;
}

}  // namespace
}  // namespace seedbed

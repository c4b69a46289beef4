#include "sim/check/convergence.h"

#include <gtest/gtest.h>

#include "tests/check/script.h"

namespace seedbed {
namespace {

class Convergence : public testing::Test {
 protected:
  void probe(int64_t at, uint32_t node, std::string state) {
    script.at(at, EventKind::kProbe, node);
    script.name("state");
    script.bytes(std::move(state));
  }
  void other_probe(int64_t at, uint32_t node) {
    script.at(at, EventKind::kProbe, node);
    script.name("term");
  }
  CheckResult judge() {
    ConvergenceChecker checker("converged",
                               [](const TraceEvent& event) -> std::optional<std::string> {
                                 if (event.name != "state") return std::nullopt;
                                 return std::string(event.bytes);
                               });
    return script.play(checker);
  }
  Script script;
};

TEST_F(Convergence, AcceptsReplicasThatAgreeInTheEnd) {
  for (uint32_t node : {1, 2, 3}) probe(node, node, "before " + std::to_string(node));
  script.at(10, EventKind::kHeal);
  for (uint32_t node : {1, 2, 3}) probe(20, node, "on the way " + std::to_string(node));
  for (uint32_t node : {1, 2, 3}) probe(30, node, "same");
  other_probe(40, 1);
  EXPECT_EQ(judge().status, CheckStatus::kPass);
  EXPECT_EQ(judge().evaluated, 3u);
}

TEST_F(Convergence, NamesTwoReplicasThatDiffer) {
  script.at(10, EventKind::kHeal);
  probe(20, 3, "b7");
  probe(25, 1, "a1");
  probe(30, 2, "a1");
  const CheckResult result = judge();
  EXPECT_EQ(result.status, CheckStatus::kViolation);
  EXPECT_EQ(result.message,
            "the replicas did not converge: n1 ended with the state \"a1\" (at 0.025s), n3 with "
            "\"b7\" (at 0.020s)");
  ASSERT_EQ(result.facts.size(), 3u);
  EXPECT_EQ(result.facts[0].text, "n3 last reported the state \"b7\"");
}

TEST_F(Convergence, LeavesOutReplicasThatAreDown) {
  script.at(10, EventKind::kHeal);
  probe(20, 1, "a");
  probe(20, 2, "a");
  probe(20, 3, "b");
  script.at(25, EventKind::kCrash, 3);
  EXPECT_EQ(judge().status, CheckStatus::kPass);
  EXPECT_EQ(judge().evaluated, 2u);
  script.at(30, EventKind::kStart, 3);
  EXPECT_EQ(judge().status, CheckStatus::kInconclusive);
  EXPECT_EQ(judge().message,
            "n3 is up but has not reported its state since it was started and the faults were "
            "healed");
  probe(35, 3, "b");
  EXPECT_EQ(judge().status, CheckStatus::kViolation);
}

// Also if it had not said anything before it was.
TEST_F(Convergence, LeavesOutReplicasThatAreLeftToTheirFate) {
  probe(5, 1, "a");
  probe(5, 2, "a");
  script.at(10, EventKind::kHeal);
  script.at(10, EventKind::kOutside, 3);
  probe(20, 1, "b");
  probe(20, 2, "b");
  probe(20, 3, "a");
  EXPECT_EQ(judge().status, CheckStatus::kPass);
  EXPECT_EQ(judge().evaluated, 2u);
}

TEST_F(Convergence, ForgetsWhatWasReportedBeforeTheLastHeal) {
  script.at(10, EventKind::kHeal);
  probe(20, 1, "a");
  probe(20, 2, "b");
  script.at(25, EventKind::kHeal);
  EXPECT_EQ(judge().status, CheckStatus::kInconclusive);
  probe(30, 1, "c");
  probe(30, 2, "c");
  EXPECT_EQ(judge().status, CheckStatus::kPass);
}

TEST_F(Convergence, SaysNothingOfRunsThatNeverHealOrHaveOneReplica) {
  probe(20, 1, "a");
  probe(20, 2, "b");
  EXPECT_EQ(judge().status, CheckStatus::kInconclusive);
  script.at(30, EventKind::kHeal);
  script.at(35, EventKind::kCrash, 2);
  probe(40, 1, "a");
  EXPECT_EQ(judge().status, CheckStatus::kInconclusive);
  EXPECT_EQ(judge().message, "1 replicas are up and report their state; comparing needs two");
}

}  // namespace
}  // namespace seedbed

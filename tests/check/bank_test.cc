#include "sim/check/bank.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/check/script.h"

namespace seedbed {
namespace {

// What clients did with accounts, one operation after the other unless it says otherwise.
class Deeds {
 public:
  Deeds& found(std::vector<Balance> balances) {
    std::vector<std::string> accounts;
    for (const Balance& balance : balances) accounts.push_back(balance.account);
    return did(Operation::read_all(std::move(accounts)),
               Response::balances_are(std::move(balances)));
  }
  Deeds& found(int64_t a, int64_t b) {
    return found({{.account = "a", .amount = a}, {.account = "b", .amount = b}});
  }
  Deeds& withdrew(int64_t amount, Response answer = Response::done()) {
    return did(Operation::withdraw("joint", amount, {"joint"}), std::move(answer));
  }
  Deeds& withdrew_backed(std::string from, Response answer = Response::done()) {
    return did(Operation::withdraw(std::move(from), 150, {"left", "right"}), std::move(answer));
  }
  Deeds& did(Operation what, Response answer) {
    now_ += 10;
    script_.operation(1, std::move(what), std::move(answer), now_, now_ + 5);
    return *this;
  }
  // Each begins before the other ends.
  Deeds& at_once(Operation one, Response answer, Operation two, Response other) {
    now_ += 10;
    script_.operation(1, std::move(one), std::move(answer), now_, now_ + 6);
    script_.operation(2, std::move(two), std::move(other), now_ + 1, now_ + 5);
    return *this;
  }
  Deeds& never_ended(Operation what) {
    now_ += 10;
    script_.open(3, std::move(what), now_);
    return *this;
  }
  template <class T>
  CheckResult judged() {
    T checker("it");
    return script_.play(checker);
  }

 private:
  Script script_;
  int64_t now_ = 0;
};

const Operation kReadJoint = Operation::read_all({"joint"});

Response holds(int64_t amount) {
  return Response::balances_are({{.account = "joint", .amount = amount}});
}

template <class T>
std::string broken(Deeds& deeds) {
  const CheckResult result = deeds.judged<T>();
  return result.status == CheckStatus::kViolation ? result.message
                                                  : std::string(to_string(result.status));
}

TEST(Conservation, HoldsWhileTheSumIsThatOfTheBeginning) {
  Deeds good;
  good.found(100, 100).did(Operation::transfer("a", "b", 5), Response::done()).found(95, 105);
  good.did(Operation::read_all({"a", "b"}), Response::info("timeout"));
  const CheckResult result = good.judged<ConservationChecker>();
  EXPECT_EQ(result.status, CheckStatus::kPass);
  EXPECT_EQ(result.evaluated, 2u);
}

TEST(Conservation, BreaksWhenMoneyIsLost) {
  Deeds bad;
  bad.found(100, 100).found(95, 100);
  const CheckResult result = bad.judged<ConservationChecker>();
  EXPECT_EQ(result.status, CheckStatus::kViolation);
  EXPECT_EQ(result.message, "all accounts together hold 195, and once held 200");
  EXPECT_EQ(result.facts.size(), 1u);
}

TEST(Conservation, BreaksWhenAnAccountIsMissing) {
  Deeds bad;
  bad.did(Operation::read_all({"a", "b"}),
          Response::balances_are({{.account = "a", .amount = 100}}));
  EXPECT_EQ(broken<ConservationChecker>(bad), "all accounts together hold 100, and once held 200");
}

TEST(Conservation, SaysNothingOfAccountsThatPayCash) {
  Deeds paying;
  paying.withdrew(800).found({{.account = "joint", .amount = 200}});
  EXPECT_EQ(paying.judged<ConservationChecker>().status, CheckStatus::kInconclusive);
}

TEST(Conservation, SaysNothingOfAccountsFromWhichSomethingIsMovedElsewhere) {
  Deeds partly;
  partly.did(Operation::transfer("b", "c", 5), Response::info("timeout")).found(100, 95);
  EXPECT_EQ(partly.judged<ConservationChecker>().status, CheckStatus::kInconclusive);
  Deeds failed;
  failed.did(Operation::transfer("b", "c", 5), Response::fail("refused")).found(100, 95);
  EXPECT_EQ(failed.judged<ConservationChecker>().status, CheckStatus::kViolation);
}

TEST(Conservation, SaysNothingIfNobodyLooked) {
  Deeds none;
  none.did(Operation::transfer("a", "b", 5), Response::done());
  EXPECT_EQ(none.judged<ConservationChecker>().status, CheckStatus::kInconclusive);
}

TEST(NoNegative, HoldsDownToNothing) {
  Deeds good;
  good.found(0, 200);
  const CheckResult result = good.judged<NoNegativeChecker>();
  EXPECT_EQ(result.status, CheckStatus::kPass);
  EXPECT_EQ(result.evaluated, 2u);
}

TEST(NoNegative, BreaksBelowThat) {
  Deeds bad;
  bad.found(0, 200).found(-1, 201);
  EXPECT_EQ(broken<NoNegativeChecker>(bad), "the account a holds -1");
}

TEST(NoNegative, LetsAccountsFallThatOthersBack) {
  Deeds backed;
  backed.withdrew_backed("left").found({{.account = "left", .amount = -50}});
  EXPECT_EQ(backed.judged<NoNegativeChecker>().status, CheckStatus::kInconclusive);
  Deeds alone;
  alone.withdrew(800).found({{.account = "joint", .amount = -300}});
  EXPECT_EQ(broken<NoNegativeChecker>(alone), "the account joint holds -300");
}

TEST(Backing, HoldsWhileTheOtherAccountHasEnough) {
  Deeds good;
  good.withdrew_backed("left").withdrew_backed("right", Response::insufficient());
  good.found({{.account = "left", .amount = -50}, {.account = "right", .amount = 100}});
  const CheckResult result = good.judged<BackingChecker>();
  EXPECT_EQ(result.status, CheckStatus::kPass);
  EXPECT_EQ(result.evaluated, 1u);
}

// Write skew: each machine looked at the other account before the other one paid.
TEST(Backing, BreaksWhenEachCountedOnTheOther) {
  Deeds bad;
  bad.at_once(Operation::withdraw("left", 150, {"left", "right"}), Response::done(),
              Operation::withdraw("right", 150, {"left", "right"}), Response::done());
  bad.found({{.account = "left", .amount = -50}, {.account = "right", .amount = -50}});
  bad.withdrew_backed("left", Response::done());
  const CheckResult result = bad.judged<BackingChecker>();
  EXPECT_EQ(result.message, "left and right hold -100 together");
  ASSERT_EQ(result.facts.size(), 3u);  // both withdrawals and the read; not what came later
  EXPECT_EQ(result.facts[0].text, "withdraw(right,150,backed by left) completed");
  EXPECT_LT(result.facts[0].event, result.facts[1].event);
  EXPECT_LT(result.facts[1].event, result.facts[2].event);
}

TEST(Backing, SaysNothingUnlessAllOfThemWereRead) {
  Deeds half;
  half.withdrew_backed("left").found({{.account = "left", .amount = -500}});
  EXPECT_EQ(half.judged<BackingChecker>().status, CheckStatus::kInconclusive);
}

TEST(Backing, SaysNothingOfAnAccountThatStandsForItself) {
  Deeds alone;
  alone.withdrew(800).found({{.account = "joint", .amount = -300}});
  EXPECT_EQ(alone.judged<BackingChecker>().status, CheckStatus::kInconclusive);
}

TEST(PaidOnce, HoldsWhenWhatWasPaidIsGone) {
  Deeds good;
  good.withdrew(800).withdrew(500, Response::insufficient()).withdrew(500, Response::fail("no"));
  good.found({{.account = "joint", .amount = 200}});
  const CheckResult result = good.judged<PaidOnceChecker>();
  EXPECT_EQ(result.status, CheckStatus::kPass);
  EXPECT_EQ(result.evaluated, 1u);
}

// The book's two machines: each reads 1000, and one of the two writes is lost.
TEST(PaidOnce, BreaksWhenTwoMachinesPaidAndTheAccountKnowsOfOne) {
  for (const int64_t left : {200, 500}) {
    Deeds bad;
    bad.at_once(Operation::withdraw("joint", 800, {"joint"}), Response::done(),
                Operation::withdraw("joint", 500, {"joint"}), Response::done());
    bad.found({{.account = "joint", .amount = left}});
    const CheckResult result = bad.judged<PaidOnceChecker>();
    EXPECT_EQ(result.message, fmt::format("the account joint holds {}; after what machines have "
                                          "paid it ought to hold -300",
                                          left));
    EXPECT_EQ(result.facts.size(), 3u);
  }
}

TEST(PaidOnce, BreaksWhenARetryPaysTwice) {
  Deeds bad;
  bad.withdrew(500).found({{.account = "joint", .amount = 0}});
  EXPECT_EQ(broken<PaidOnceChecker>(bad),
            "the account joint holds 0; after what machines have paid it ought to hold 500");
}

TEST(PaidOnce, AllowsEitherForAnUnknownWithdrawal) {
  for (const int64_t left : {1000, 500}) {
    Deeds either;
    either.withdrew(500, Response::info("timeout"));
    either.found({{.account = "joint", .amount = left}});
    EXPECT_EQ(either.judged<PaidOnceChecker>().status, CheckStatus::kPass);
  }
  Deeds more;
  more.withdrew(500, Response::info("timeout")).found({{.account = "joint", .amount = 0}});
  EXPECT_EQ(broken<PaidOnceChecker>(more),
            "the account joint holds 0; after what machines have paid it ought to hold 1000, or "
            "less if more was paid meanwhile");
}

TEST(PaidOnce, AllowsAnUnknownWithdrawalToHappenLater) {
  Deeds late;
  late.never_ended(Operation::withdraw("joint", 500, {"joint"}));
  late.found({{.account = "joint", .amount = 1000}}).found({{.account = "joint", .amount = 500}});
  EXPECT_EQ(late.judged<PaidOnceChecker>().status, CheckStatus::kPass);
}

TEST(PaidOnce, AllowsEitherForAReadThatOverlaps) {
  for (const int64_t left : {1000, 200}) {
    Deeds either;
    either.at_once(Operation::withdraw("joint", 800, {"joint"}), Response::done(), kReadJoint,
                   holds(left));
    EXPECT_EQ(either.judged<PaidOnceChecker>().status, CheckStatus::kPass);
  }
  Deeds neither;
  neither.at_once(Operation::withdraw("joint", 800, {"joint"}), Response::done(), kReadJoint,
                  holds(500));
  EXPECT_EQ(neither.judged<PaidOnceChecker>().status, CheckStatus::kViolation);
}

TEST(PaidOnce, BreaksWhenAReadMissesWhatWasPaidBefore) {
  Deeds stale;
  stale.withdrew(800).found({{.account = "joint", .amount = 1000}});
  EXPECT_EQ(broken<PaidOnceChecker>(stale),
            "the account joint holds 1000; after what machines have paid it ought to hold 200");
}

TEST(PaidOnce, BreaksWhenAReadShowsWhatIsPaidOnlyLater) {
  Deeds early;
  early.found({{.account = "joint", .amount = 200}}).withdrew(800);
  EXPECT_EQ(early.judged<PaidOnceChecker>().status, CheckStatus::kViolation);
}

TEST(PaidOnce, SaysNothingOfAccountsThatTakePartInTransfers) {
  Deeds mixed;
  mixed.withdrew(800).did(Operation::transfer("a", "joint", 5), Response::done());
  mixed.found({{.account = "joint", .amount = 205}});
  EXPECT_EQ(mixed.judged<PaidOnceChecker>().status, CheckStatus::kInconclusive);
}

}  // namespace
}  // namespace seedbed

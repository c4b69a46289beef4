// What the rules say, and that each mutant breaks one of them.
#include "protocols/two_phase_commit/rules.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace seedbed::two_phase_commit {
namespace {

// Everything that the rules say, in one text.
std::string opinions(const Rules& rules) {
  std::string text;
  const auto say = [&](bool opinion) { text += opinion ? '1' : '0'; };
  say(rules.forces_vote());
  say(rules.keeps_locks_in_doubt());
  say(rules.asks_in_doubt());
  say(rules.locks_before_serving());
  say(rules.keeps_decisions());
  say(rules.forces_decision());
  for (const bool fact : {false, true}) {
    say(rules.may_vote(fact));
    say(rules.may_give_up(fact));
    say(rules.executes(fact));
    say(rules.may_go_on(fact));
    say(rules.may_presume_abort(fact));
    say(rules.may_tell_success(fact));
    say(rules.may_run_again(fact));
  }
  for (size_t acknowledged = 0; acknowledged <= 3; ++acknowledged) {
    say(rules.may_forget(acknowledged, 3));
  }
  text += std::to_string(rules.next_incarnation(4));
  return text;
}

TEST(Rules, AreThoseOfTheTextbook) {
  const Rules rules;
  EXPECT_TRUE(rules.may_give_up(false));
  EXPECT_FALSE(rules.may_give_up(true));
  EXPECT_TRUE(rules.may_presume_abort(false));
  EXPECT_FALSE(rules.may_presume_abort(true));
  EXPECT_FALSE(rules.may_forget(2, 3));
  EXPECT_TRUE(rules.may_forget(3, 3));
  EXPECT_EQ(rules.next_incarnation(4), 5u);
}

TEST(Rules, AreBrokenByEachMutantInAnotherWay) {
  std::set<std::string> seen{opinions(Rules())};
  for (const MutantInfo& info : mutants()) {
    EXPECT_TRUE(seen.insert(opinions(Rules(info.mutant))).second) << info.name;
    EXPECT_EQ(find_mutant(info.name), info.mutant);
  }
  EXPECT_FALSE(find_mutant("two_phase_commit.none").has_value());
}

}  // namespace
}  // namespace seedbed::two_phase_commit

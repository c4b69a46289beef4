#include "protocols/raft/kv_rules.h"

#include <gtest/gtest.h>

namespace seedbed::raft {
namespace {

const KvRules kRules;

TEST(KvRules, WithoutSessionCheckNothingIsAnsweredFromASession) {
  EXPECT_TRUE(kRules.answers_from_session(true));
  EXPECT_FALSE(kRules.answers_from_session(false));
  EXPECT_FALSE(KvRules(Mutant::kNoSessionCheck).answers_from_session(true));
}

}  // namespace
}  // namespace seedbed::raft

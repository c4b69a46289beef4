#include "protocols/outbox/states.h"

#include <gtest/gtest.h>

#include "protocols/outbox/rules.h"

namespace seedbed::outbox {
namespace {

using primary_backup::Command;
using primary_backup::Function;

std::string append(uint64_t sequence) {
  return primary_backup::encode(Command{.function = Function::kAppend,
                                        .client = 9,
                                        .sequence = sequence,
                                        .key = "k",
                                        .value = "v",
                                        .expected = std::nullopt});
}

TEST(DatabaseState, PutsTheRowIntoTheTransaction) {
  DatabaseState state;
  const auto change = state.take(kTransaction, encode_transaction({9, 1}, true, append(1)));
  ASSERT_TRUE(change.has_value());
  EXPECT_EQ(change->committed, (EventId{9, 1}));
  ASSERT_EQ(state.rows().size(), 1u);
  EXPECT_EQ(state.rows().begin()->second, (Event{.id = {9, 1}, .key = "k"}));
  EXPECT_TRUE(state.take(kSent, encode_number(state.rows().begin()->first)).has_value());
  EXPECT_TRUE(state.rows().empty());
}

TEST(DatabaseState, MakesNoRowForWhatChangedNothing) {
  DatabaseState state;
  (void)state.take(kTransaction, encode_transaction({9, 1}, true, append(1)));
  const auto again = state.take(kTransaction, encode_transaction({9, 1}, true, append(1)));
  ASSERT_TRUE(again.has_value());
  EXPECT_FALSE(again->committed.has_value()) << "its key is known";
  const std::string cas = primary_backup::encode(Command{.function = Function::kCas,
                                                         .client = 9,
                                                         .sequence = 2,
                                                         .key = "k",
                                                         .value = "v",
                                                         .expected = "other"});
  EXPECT_FALSE(state.take(kTransaction, encode_transaction({9, 2}, true, cas))->committed);
  EXPECT_EQ(state.rows().size(), 1u);
}

TEST(DatabaseState, IsTheSameAfterItsBytes) {
  DatabaseState state;
  (void)state.take(kTransaction, encode_transaction({9, 1}, true, append(1)));
  DatabaseState other;
  ASSERT_TRUE(other.restore(state.bytes()));
  EXPECT_EQ(other.rows(), state.rows());
  EXPECT_EQ(other.store().hash(), state.store().hash());
  EXPECT_FALSE(other.restore("nonsense"));
  EXPECT_FALSE(state.take(99, "").has_value());
}

TEST(QueueState, KeepsAnEventUntilItIsTaken) {
  QueueState state;
  const Event event{.id = {9, 1}, .key = "k"};
  EXPECT_TRUE(state.take(kPublished, encode_published(1, event)));
  EXPECT_FALSE(state.take(kPublished, encode_published(1, event))) << "that number is given";
  EXPECT_TRUE(state.take(kPublished, encode_published(2, event))) << "it does not look inside";
  EXPECT_EQ(state.events().size(), 2u);
  EXPECT_TRUE(state.take(kTaken, encode_number(1)));
  QueueState other;
  ASSERT_TRUE(other.restore(state.bytes()));
  EXPECT_EQ(other.events(), state.events());
  EXPECT_EQ(other.last(), 2u) << "a number is never given twice";
}

TEST(ConsumerState, RemembersOnWhatItHasActed) {
  ConsumerState state;
  EXPECT_FALSE(state.has_acted({9, 1}));
  EXPECT_TRUE(state.take(kEffect, encode_effect({.id = {9, 1}, .key = "k"})));
  EXPECT_TRUE(state.has_acted({9, 1}));
  ConsumerState other;
  ASSERT_TRUE(other.restore(state.bytes()));
  EXPECT_EQ(other.acted(), state.acted());
  EXPECT_FALSE(state.take(kEffect, "short"));
}

TEST(Rules, EveryMutantBendsOne) {
  EXPECT_EQ(Rules().way(), Way::kOutbox);
  EXPECT_EQ(Rules(Mutant::kDualWrite).way(), Way::kCommitThenPublish);
  EXPECT_EQ(Rules(Mutant::kPublishFirst).way(), Way::kPublishThenCommit);
  EXPECT_FALSE(Rules().acts(true));
  EXPECT_TRUE(Rules().acts(false));
  EXPECT_TRUE(Rules(Mutant::kNoInbox).acts(true));
  EXPECT_TRUE(Rules().waits_for_disk());
  EXPECT_FALSE(Rules(Mutant::kNoSync).waits_for_disk());
  EXPECT_TRUE(Rules().takes_fill(3, 3));
  EXPECT_FALSE(Rules().takes_fill(3, 4));
  EXPECT_FALSE(Rules().takes_fill(0, 0)) << "no permit";
  EXPECT_TRUE(Rules(Mutant::kAnyFill).takes_fill(3, 4));
  EXPECT_TRUE(Rules().keeps_key(2));
  EXPECT_FALSE(Rules(Mutant::kFreshKey).keeps_key(2));
}

}  // namespace
}  // namespace seedbed::outbox

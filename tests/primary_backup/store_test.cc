#include "protocols/primary_backup/store.h"

#include <gtest/gtest.h>

namespace seedbed::primary_backup {
namespace {

class StoreTest : public ::testing::Test {
 protected:
  Outcome apply(const Command& command) {
    return store.apply({.index = store.applied().index + 1, .epoch = Epoch{1}}, command);
  }
  std::string value(const std::string& key) {
    const std::string* found = store.value(key);
    return found == nullptr ? "(absent)" : *found;
  }
  static Command append(uint64_t sequence, std::string suffix) {
    return {.function = Function::kAppend,
            .client = 7,
            .sequence = sequence,
            .key = "k",
            .value = std::move(suffix),
            .expected = std::nullopt};
  }

  Store store{Rules()};
};

TEST_F(StoreTest, DoesWhatIsAsked) {
  EXPECT_EQ(apply(append(1, "a")).status, Status::kDone);
  EXPECT_EQ(apply(append(2, "b")).status, Status::kDone);
  EXPECT_EQ(value("k"), "ab");
  Command cas{.function = Function::kCas,
              .client = 7,
              .sequence = 3,
              .key = "k",
              .value = "c",
              .expected = std::nullopt};
  EXPECT_EQ(apply(cas).status, Status::kMismatch);
  cas.sequence = 4;
  cas.expected = "ab";
  EXPECT_EQ(apply(cas).status, Status::kDone);
  EXPECT_EQ(value("k"), "c");
  const Command erase{.function = Function::kDelete,
                      .client = 7,
                      .sequence = 5,
                      .key = "k",
                      .value = "",
                      .expected = std::nullopt};
  EXPECT_EQ(apply(erase).status, Status::kDone);
  EXPECT_EQ(value("k"), "(absent)");
}

TEST_F(StoreTest, AnswersARepeatedOperationAndDoesItOnce) {
  EXPECT_TRUE(apply(append(1, "a")).executed);
  const Outcome again = apply(append(1, "a"));
  EXPECT_FALSE(again.executed);
  EXPECT_EQ(again.status, Status::kDone);
  EXPECT_EQ(value("k"), "a");
  EXPECT_EQ(store.answered(7, 1), Status::kDone);
  EXPECT_EQ(store.answered(8, 1), std::nullopt);
}

TEST_F(StoreTest, DoesNotDoWhatItsClientHasLeftBehind) {
  apply(append(2, "b"));
  const Outcome late = apply(append(1, "a"));
  EXPECT_EQ(late.status, Status::kSuperseded);
  EXPECT_FALSE(late.executed);
  EXPECT_EQ(value("k"), "b");
}

TEST_F(StoreTest, IsTheSameAfterItWasSavedAndRestored) {
  apply(append(1, "a"));
  apply(append(2, "b"));
  Store other{Rules()};
  ASSERT_TRUE(other.restore(store.applied(), store.data()));
  EXPECT_EQ(other.hash(), store.hash());
  EXPECT_EQ(other.applied(), store.applied());
  EXPECT_EQ(other.answered(7, 2), Status::kDone) << "the table belongs to the state";
  EXPECT_FALSE(other.restore(store.applied(), "nonsense"));
  EXPECT_EQ(other.hash(), store.hash()) << "and nothing has changed";
}

TEST_F(StoreTest, OfTheMemoMutantIgnoresTheSecondWrite) {
  store = Store(Rules(Mutant::kMemo));
  apply(append(1, "a"));
  EXPECT_EQ(apply(append(2, "b")).status, Status::kDone);
  EXPECT_EQ(value("k"), "a");
}

TEST(Command, IsTheSameAfterItsBytes) {
  const Command command{.function = Function::kCas,
                        .client = 7,
                        .sequence = 9,
                        .key = "k",
                        .value = "v",
                        .expected = "x"};
  EXPECT_EQ(decode_command(encode(command)), command);
  EXPECT_EQ(decode_command(encode(Command())), Command());
}

TEST(Command, DoesNotDecodeFromOtherBytes) {
  const std::string bytes = encode(Command{.function = Function::kPut,
                                           .client = 7,
                                           .sequence = 9,
                                           .key = "k",
                                           .value = "v",
                                           .expected = std::nullopt});
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(decode_command(bytes.substr(0, size)).has_value()) << size;
  }
  EXPECT_FALSE(decode_command(bytes + "x").has_value());
  EXPECT_FALSE(decode_command("\x09" + bytes.substr(1)).has_value()) << "no such function";
}

}  // namespace
}  // namespace seedbed::primary_backup

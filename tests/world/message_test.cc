#include "sim/world/message.h"

#include <gtest/gtest.h>

#include "tests/world/wire.pb.h"

namespace seedbed {
namespace {

wire::Note note(std::string text) {
  wire::Note note;
  note.set_text(std::move(text));
  return note;
}

const std::string kLong(100, 'x');

TEST(SealedMessage, KnowsItsTypeAndContents) {
  const SealedMessage sealed = seal(note(kLong));
  EXPECT_EQ(sealed.type().name, "seedbed.wire.Note");
  ASSERT_NE(sealed.as<wire::Note>(), nullptr);
  EXPECT_EQ(sealed.as<wire::Note>()->text(), kLong);
  EXPECT_EQ(sealed.as<wire::Ask>(), nullptr);
}

TEST(SealedMessage, CopiesWhatIsNotGivenUp) {
  const wire::Note original = note(kLong);
  const SealedMessage sealed = seal(original);
  EXPECT_EQ(original.text(), kLong);
  EXPECT_EQ(sealed.as<wire::Note>()->text(), kLong);
}

TEST(SealedMessage, IsMovedOutByItsLastOwnerOnly) {
  SealedMessage first = seal(note(kLong));
  SealedMessage second = first;
  const char* const text = first.as<wire::Note>()->text().data();
  EXPECT_EQ(std::move(first).take<wire::Note>()->text(), kLong);  // a copy
  EXPECT_EQ(second.as<wire::Note>()->text(), kLong);
  first = {};
  const Result<wire::Note> taken = std::move(second).take<wire::Note>();
  EXPECT_EQ(taken->text().data(), text);  // the very same
}

TEST(SealedMessage, RefusesToBeTakenForAnotherType) {
  EXPECT_EQ(seal(note("")).take<wire::Ask>().error(), Error::kUnavailable);
}

TEST(SealedMessage, HoldsAnAnswerOrPassesOnAnError) {
  const auto answer = seal_result<wire::Note>([] { return Result<wire::Note>(note(kLong)); });
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->as<wire::Note>()->text(), kLong);
  EXPECT_EQ(answer->reparsed().as<wire::Note>()->text(), kLong);
  const auto error = seal_result<wire::Note>([] { return Result<wire::Note>(Error::kIo); });
  EXPECT_EQ(error.error(), Error::kIo);
}

}  // namespace
}  // namespace seedbed

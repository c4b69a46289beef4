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

TEST(SealedMessage, DamageFlipsSomeBitsInARow) {
  const SealedMessage sealed = seal(note(kLong));
  const SealedMessage damaged = sealed.damaged(uint64_t{1} << 63, 3);  // in the middle
  ASSERT_TRUE(damaged);
  const std::string& text = damaged.as<wire::Note>()->text();
  ASSERT_EQ(text.size(), kLong.size());
  int flipped = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    flipped += __builtin_popcount(static_cast<unsigned>(text[i] ^ kLong[i]) & 0xff);
  }
  EXPECT_EQ(flipped, 3);
  EXPECT_EQ(sealed.as<wire::Note>()->text(), kLong);
}

TEST(SealedMessage, DamageMayLeaveNothing) {
  const SealedMessage sealed = seal(note(kLong));
  const uint64_t bits = (kLong.size() + 2) * 8;  // with a tag and a length
  const auto where = [&](uint64_t bit) { return ~uint64_t{0} / bits * bit + (1u << 20); };
  EXPECT_FALSE(sealed.damaged(where(8), 2));  // the length: 100 becomes 103
  EXPECT_TRUE(sealed.damaged(where(16), 2));
  EXPECT_FALSE(seal(wire::Note()).damaged(0, 1));
}

}  // namespace
}  // namespace seedbed

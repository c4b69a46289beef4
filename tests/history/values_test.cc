#include "sim/history/values.h"

#include <gtest/gtest.h>

namespace seedbed {
namespace {

TEST(Values, AreTheSameOnlyIfTheirTextsAre) {
  Values values;
  const ValueId five = values.intern(int64_t{5});
  EXPECT_EQ(values.intern("5"), five);
  EXPECT_NE(values.intern("05"), five);
  EXPECT_EQ(values.text(five), "5");
  EXPECT_EQ(values.text(values.intern("")), "");
  EXPECT_EQ(values.text(values.intern(INT64_MIN)), "-9223372036854775808");
  EXPECT_EQ(values.find("6"), std::nullopt);
  EXPECT_EQ(values.find("5"), five);
}

TEST(Values, KeepTheirNumbersWhileTheTableGrows) {
  Values values;
  for (int64_t i = 0; i < 10'000; ++i) {
    EXPECT_EQ(number(values.intern(i)), 2 * i);
    EXPECT_EQ(number(values.intern("x" + std::to_string(i))), 2 * i + 1);
  }
  const Values copy = values;
  for (int64_t i = 0; i < 10'000; ++i) {
    EXPECT_EQ(number(values.intern(i)), 2 * i);
    EXPECT_EQ(copy.text(ValueId{static_cast<uint32_t>(2 * i + 1)}), "x" + std::to_string(i));
  }
  EXPECT_EQ(values.size(), 20'000u);
}

TEST(ValuesDeathTest, NoValueHasNoText) { EXPECT_DEATH(Values().text(kNoValue), "CHECK|check"); }

}  // namespace
}  // namespace seedbed

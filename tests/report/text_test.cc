#include "sim/report/text.h"

#include <gtest/gtest.h>

namespace seedbed {
namespace {

TEST(ReportText, TimesAreSecondsWithMilliseconds) {
  EXPECT_EQ(seconds_text(kStart + 1204ms), "1.204 s");
  EXPECT_EQ(seconds_text(kStart + 1999us), "0.001 s");
  EXPECT_EQ(seconds_text(Duration(-1500ms)), "-1.500 s");
}

TEST(ReportText, CountsHaveGroupsAndPlurals) {
  EXPECT_EQ(count_text(0), "0");
  EXPECT_EQ(count_text(999), "999");
  EXPECT_EQ(count_text(1000), "1,000");
  EXPECT_EQ(count_text(1234567), "1,234,567");
  EXPECT_EQ(count_text(1, "event"), "1 event");
  EXPECT_EQ(count_text(2, "event"), "2 events");
}

TEST(ReportText, OnlyPrintableCharactersRemain) {
  EXPECT_EQ(plain("a\tb\nc\x1b[0m\xc3\xa9"), "a b c?[0m??");
}

TEST(ReportText, CutTextsSaySo) {
  EXPECT_EQ(cut("abcdef", 6), "abcdef");
  EXPECT_EQ(cut("abcdef", 5), "abc..");
  EXPECT_EQ(cut("abcdef", 2), "ab");
}

TEST(Page, LongTextsKeepTheirColumn) {
  Page page;
  page.item("label", std::string(50, 'a') + ' ' + std::string(50, 'b'));
  EXPECT_EQ(page.take(), "  label       " + std::string(50, 'a') + '\n' + std::string(14, ' ') +
                             std::string(50, 'b') + '\n');
}

TEST(Page, WordsLongerThanALineAreBroken) {
  Page page;
  page.paragraph(2, std::string(150, 'a'));
  EXPECT_EQ(page.take(), "  " + std::string(98, 'a') + "\n  " + std::string(52, 'a') + '\n');
}

TEST(Page, HardBlanksDoNotBreak) {
  Page page;
  page.paragraph(0, std::string(96, 'a') + " b" + kHardBlank + "2");
  EXPECT_EQ(page.take(), std::string(96, 'a') + " b 2\n");
  page.paragraph(0, std::string(97, 'a') + " b" + kHardBlank + "2");
  EXPECT_EQ(page.take(), std::string(97, 'a') + "\nb 2\n");
}

TEST(Page, CommandsAreNeverBroken) {
  Page page;
  page.verbatim("reproduce:", std::string(150, 'a'));
  EXPECT_EQ(page.take(), "  reproduce:  " + std::string(150, 'a') + '\n');
}

}  // namespace
}  // namespace seedbed

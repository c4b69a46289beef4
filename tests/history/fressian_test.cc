#include "sim/history/formats/fressian.h"

#include <gtest/gtest.h>

namespace seedbed {
namespace {

// The canonical texts of all values, or what is wrong with the bytes.
std::string read(std::string_view text) {
  Bytes bytes(text);
  FressianReader reader(&bytes);
  Form form;
  std::string result;
  try {
    while (reader.next(&form)) {
      result += (result.empty() ? "" : " | ") + canonical_text(form.root());
    }
  } catch (const BadInput& bad) {
    return "byte " + std::to_string(bad.offset) + ": " + std::string(info_of(bad.kind).name);
  }
  return result;
}

std::string bytes(std::initializer_list<int> codes) {
  std::string text;
  for (const int code : codes) text += static_cast<char>(code);
  return text;
}

TEST(Fressian, PacksNumbersInEightWays) {
  EXPECT_EQ(read(bytes({0x00, 0x3f, 0xff})), "0 | 63 | -1");
  EXPECT_EQ(read(bytes({0x50, 0x40, 0x4f, 0xfe, 0x40, 0x00})), "64 | -2 | -4096");
  EXPECT_EQ(read(bytes({0x68, 0x10, 0x00, 0x60, 0x00, 0x00})), "4096 | -524288");
  EXPECT_EQ(read(bytes({0x73, 0xff, 0xff, 0xff})), "33554431");
  EXPECT_EQ(read(bytes({0x76, 0x80, 0, 0, 0})), "2147483648");
  EXPECT_EQ(read(bytes({0x79, 0xff, 0xff, 0xff, 0xff, 0xff})), "-1");
  EXPECT_EQ(read(bytes({0x7e, 1, 0, 0, 0, 0, 0})), "1099511627776");
  EXPECT_EQ(read(bytes({0xf8, 0x80, 0, 0, 0, 0, 0, 0, 0})), "-9223372036854775808");
  EXPECT_EQ(read(bytes({0xfa, 0x40, 0x04, 0, 0, 0, 0, 0, 0, 0xfb, 0xfc})), "2.5 | 0.0 | 1.0");
}

TEST(Fressian, ReadsTextsInPieces) {
  EXPECT_EQ(read("\xdc"
                 "ab"),
            "ab");
  EXPECT_EQ(read("\xe3\x03"
                 "abc"),
            "abc");
  EXPECT_EQ(read("\xe2\x02"
                 "ab\xe3\x01"
                 "c"),
            "abc");
  EXPECT_EQ(read("\xd1\x0f"), "0x0f") << "bytes";
  EXPECT_EQ(read("\xca\xdb"
                 "a\xdb"
                 "b"),
            ":a/b");
}

TEST(Fressian, RemembersWhatIsRepeated) {
  // A keyword whose name is put into the cache, and again from it.
  EXPECT_EQ(read("\xca\xf7\xcd\xdb"
                 "k\xca\xf7\x80"),
            ":k | :k");
  // The place is taken before the value is read: the outer list is 0, the inner one 1.
  EXPECT_EQ(read("\xcd\xe5\xcd\xe5\x07\x81\x80"), "[[7]] | [7] | [[7]]");
  EXPECT_EQ(read("\xef\xdb"
                 "t" +
                 bytes({2}) + "\x01\x02\xa0\x03\x04"),
            "#t [1 2] | #t [3 4]");
}

TEST(Fressian, ForgetsItsCachesInTheMiddleOfAValue) {
  EXPECT_EQ(read("\xcd\xe6\xfe\x01\xcd\x07\x80"), "[1 7] | 7");
}

TEST(Fressian, RefusesWhatIsNotThere) {
  EXPECT_EQ(read("\x80"), "byte 0: syntax");
  EXPECT_EQ(read("\xa0"), "byte 0: syntax");
  EXPECT_EQ(read("\xfd"), "byte 0: syntax");
  EXPECT_EQ(read("\xb0"), "byte 0: unsupported");
  EXPECT_EQ(read("\xe3\x3f"
                 "abc"),
            "byte 2: absurd-count");
  EXPECT_EQ(read("\xec\x3f\x01"), "byte 2: absurd-count");
  EXPECT_EQ(read("\xc0\xe5\x01"), "byte 0: wrong-type") << "a map of one part";
  EXPECT_EQ(read(std::string(200, '\xe5')), "byte 101: too-deep");
}

// Each list holds the one before it ten times (the "billion laughs").
TEST(Fressian, CopiesNoMoreThanTheBytesAreWorth) {
  std::string laughs = "\xcd\xee\x01\xfd";
  for (int i = 0; i < 7; ++i) {
    laughs += "\xcd\xee" + std::string(10, static_cast<char>(0x80 + i)) + "\xfd";
  }
  EXPECT_NE(read(laughs).find("absurd-count"), std::string::npos);
  std::string texts = "\xcd\xe3" + bytes({0x51, 0x00}) + std::string(256, 'x');
  texts += "\xee" + std::string(20'000, '\x80') + "\xfd";
  EXPECT_EQ(read(texts).substr(0, 5), "byte ") << "long texts are as heavy as many parts";
}

}  // namespace
}  // namespace seedbed

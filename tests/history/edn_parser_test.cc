#include "sim/history/formats/edn_parser.h"

#include <gtest/gtest.h>

#include "sim/history/formats/bad_input.h"

namespace seedbed {
namespace {

// The canonical texts of all values in a text, or what is wrong with it.
std::string read(std::string_view text, Notation notation = Notation::kEdn) {
  std::string result;
  try {
    EdnParser parser(text, notation);
    Form form;
    while (parser.next(&form))
      result += (result.empty() ? "" : " | ") + canonical_text(form.root());
  } catch (const BadInput& bad) {
    return "byte " + std::to_string(bad.offset) + ": " + bad.found;
  }
  return result;
}

TEST(EdnParser, ReadsEveryKindOfValue) {
  EXPECT_EQ(read("nil true false 5 -7 +8 0 5N 1/4431 2.50 1e9 3.5M ##NaN"),
            "nil | true | false | 5 | -7 | 8 | 0 | 5 | 1/4431 | 2.50 | 1e9 | 3.5M | ##NaN");
  EXPECT_EQ(read("123456789012345678901 9223372036854775807 007"),
            "123456789012345678901 | 9223372036854775807 | 007");
  EXPECT_EQ(read(":a ::b :c/d sym \\newline \\( \"text\""),
            ":a | :b | :c/d | 'sym | \\newline | \\( | text");
  EXPECT_EQ(read("[1 (2,,3) []] #{3 1 2} {:b 1 :a \"x\"}"),
            "[1 [2 3] []] | #{1 2 3} | {:a \"x\" :b 1}");
  EXPECT_EQ(read("#inst \"2020\" #a.b.C{:x 1} #_ left #_#_ out too 4 ; end"),
            "#inst \"2020\" | #a.b.C {:x 1} | 4");
  EXPECT_EQ(read(""), "");
  EXPECT_EQ(read(" ; only a comment"), "");
}

TEST(EdnParser, ReadsJson) {
  EXPECT_EQ(read("{\"a\":[1,-2.5,null,true],\"b\":{}} \"x\\u00e9\\/\"", Notation::kJson),
            "{\"a\" [1 -2.5 nil true] \"b\" {}} | x\u00e9/");
  EXPECT_EQ(read("[undefined]", Notation::kJson), "byte 1: undefined");
  EXPECT_EQ(read("(1)", Notation::kJson), "byte 0: '('");
}

TEST(EdnParser, DecodesStrings) {
  EXPECT_EQ(read("\"a\\\"\\\\\\n\\t\\u0041\\ud83d\\ude00\""), "a\"\\\n\tA\U0001f600");
  EXPECT_EQ(read("\"x\\ud83d!\""), "x\\ud83d!") << "half of a pair";
  EXPECT_EQ(read("\"x\xff\xc3\xa9\xed\xa0\x80\""), "x\\xff\u00e9\\xed\\xa0\\x80") << "not UTF-8";
}

TEST(EdnParser, SaysWhereATextIsWrong) {
  EXPECT_EQ(read("[1 2"), "byte 4: the file ends inside a value");
  EXPECT_EQ(read("[1 2)"), "byte 4: ')' closes nothing");
  EXPECT_EQ(read("{:a}"), "byte 3: a map whose last key has no value");
  EXPECT_EQ(read("  \"abc"), "byte 2: a string that does not end");
  EXPECT_EQ(read("[1] #"), "byte 4: '#' at the end");
  EXPECT_EQ(read("\\"), "byte 0: '\\' at the end");
  EXPECT_EQ(read("5x"), "byte 0: 5x");
  EXPECT_EQ(read("\"\\q\""), "byte 1: \\ before 'q'");
  EXPECT_EQ(read("\"\\u12\""), "byte 3: \\u without four digits");
  EXPECT_EQ(read("[#_]"), "byte 3: ']' closes nothing");
  EXPECT_EQ(read(std::string("[1 \0]", 5)), "byte 3: the byte 0x00");
  EXPECT_EQ(read(std::string(101, '[')), "byte 100: 100 values in one another");
  EXPECT_EQ(read(std::string(100'000, '[')), "byte 100: 100 values in one another");
}

TEST(EdnParser, GivesThePartsOfAListOneByOne) {
  EdnParser parser("; first\n([1] 2) 3", Notation::kEdn);
  Form form;
  ASSERT_TRUE(parser.enter());
  EXPECT_TRUE(parser.next(&form));
  EXPECT_EQ(form.root().offset(), 9u);
  EXPECT_TRUE(parser.next(&form));
  EXPECT_FALSE(parser.next(&form));
  parser.leave();
  EXPECT_TRUE(parser.next(&form));
  EXPECT_EQ(form.root().integer(), 3);
}

TEST(CanonicalText, TellsStringsFromOtherValues) {
  EXPECT_EQ(read("\"5\" \":a\" \"nil\" \"[1 2]\" \"\\\"5\\\"\""),
            "\"5\" | \":a\" | \"nil\" | \"[1 2]\" | \"\\\"5\\\"\"");
  EXPECT_EQ(read("\"5 apples\" \"[1, 2]\" \"[\" \"\" \"-\""), "5 apples | [1, 2] | [ |  | -")
      << "no text of another value";
}

TEST(CanonicalText, IsReadBackAsItself) {
  for (const std::string text : {"5", "x", "", "5 apples", "[", "[1 2]", "[1, 2]", ":k", "\"5\"",
                                 "'s", "nil", "\\a", "#{1}", "a\nb", "\"", "##NaN", "1/2", "'"}) {
    EXPECT_EQ(read(edn_of(text)), text);
  }
}

}  // namespace
}  // namespace seedbed

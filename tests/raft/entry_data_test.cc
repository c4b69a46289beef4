#include "protocols/raft/entry_data.h"

#include <gtest/gtest.h>

#include <string>

namespace seedbed::raft {
namespace {

TEST(EntryData, KeepsTheBytesWhenWhatTheyCameFromIsGone) {
  EntryData data;
  {
    std::string text = "some bytes that do not fit into a small string";
    data = text;
    text.assign(text.size(), '-');
  }
  EXPECT_EQ(data.view(), "some bytes that do not fit into a small string");
}

TEST(EntryData, SharesThemWithItsCopies) {
  EntryData first = "x";
  EntryData copy = first;
  EXPECT_EQ(copy.view().data(), first.view().data());
  first = "y";
  EXPECT_EQ(copy.view(), "x");
  EXPECT_EQ(first.view(), "y");
}

TEST(EntryData, IsEqualToOneWithTheSameBytes) {
  EXPECT_TRUE(EntryData("x") == EntryData(std::string("x")));
  EXPECT_FALSE(EntryData("x") == EntryData("y"));
  EXPECT_FALSE(EntryData("x") == EntryData());
  EXPECT_TRUE(EntryData("") == EntryData());
}

}  // namespace
}  // namespace seedbed::raft

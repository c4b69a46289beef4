#include "sim/check/text.h"

#include <gtest/gtest.h>

namespace seedbed {
namespace {

TEST(CheckText, SaysTimesAndNames) {
  EXPECT_EQ(seconds(kStart + 1204999us), "1.204s");
  EXPECT_EQ(server_name(NodeId{3}), "n3");
  EXPECT_EQ(client_name(NodeId{7}), "c7");
}

TEST(CheckText, ChoosesTheArticle) {
  EXPECT_EQ(with_article("get"), "a get");
  EXPECT_EQ(with_article("append"), "an append");
  EXPECT_EQ(with_article(""), "a ");
}

}  // namespace
}  // namespace seedbed

#include "protocols/raft/string_table.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>

#include "tests/random.h"

namespace seedbed::raft {
namespace {

using Table = StringTable<std::string>;

TEST(StringTable, BehavesLikeAMap) {
  Random random(1);
  Table table;
  std::map<std::string, std::string> map;
  for (int i = 0; i < 20'000; ++i) {
    const std::string key = fmt::format("k{}", random.below(300));
    switch (random.below(3)) {
      case 0: table[key] = map[key] = fmt::format("v{}", i); break;
      case 1: ASSERT_EQ(table.erase(key), map.erase(key) == 1); break;
      default: {
        const auto known = map.find(key);
        const std::string* found = table.find(key);
        ASSERT_EQ(found != nullptr, known != map.end());
        if (found != nullptr) {
          ASSERT_EQ(*found, known->second);
        }
      }
    }
    ASSERT_EQ(table.size(), map.size());
  }
}

TEST(StringTable, IsEqualToOneThatHoldsTheSameHoweverItCameToIt) {
  Table up;
  Table down;
  for (int i = 0; i < 100; ++i) up[fmt::format("k{}", i)] = "v";
  for (int i = 200; i-- > 0;) down[fmt::format("k{}", i)] = "v";
  EXPECT_FALSE(up == down);
  for (int i = 100; i < 200; ++i) EXPECT_TRUE(down.erase(fmt::format("k{}", i)));
  EXPECT_TRUE(up == down);
  down["k7"] = "w";
  EXPECT_FALSE(up == down);
}

TEST(StringTable, CanBeWalkedInTheOrderOfItsKeys) {
  Random random(2);
  Table table;
  std::map<std::string_view, std::string> map;
  std::vector<std::string> keys;
  for (int i = 0; i < 200; ++i) keys.push_back(random.bytes(random.below(3)));
  for (const std::string& key : keys) table[key] = map[key] = "v" + key;
  const auto all = table.in_order();
  ASSERT_EQ(all.size(), map.size());
  auto known = map.begin();
  for (const auto& [key, value] : all) {
    EXPECT_EQ(key, known->first);
    EXPECT_EQ(*value, known->second);
    ++known;
  }
}

TEST(StringTable, HoldsTheSameWhateverItsSalt) {
  Table one(1);
  Table other(2);
  for (int i = 0; i < 100; ++i) one[fmt::format("k{}", i)] = other[fmt::format("k{}", i)] = "v";
  EXPECT_TRUE(one == other);
  one["k7"] = "w";
  EXPECT_FALSE(one == other);
}

TEST(StringTable, FindsNothingWhenEmpty) {
  Table table;
  EXPECT_TRUE(table.in_order().empty());
  EXPECT_EQ(table.find("k"), nullptr);
  EXPECT_FALSE(table.erase("k"));
}

}  // namespace
}  // namespace seedbed::raft

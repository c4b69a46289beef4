#include "sim/core/flat_table.h"

#include <gtest/gtest.h>

#include <map>

namespace seedbed {
namespace {

TEST(FlatTable, AgreesWithAMapWhileItGrows) {
  FlatTable<uint64_t> table;
  std::map<std::pair<uint64_t, uint64_t>, uint64_t> model;
  for (uint64_t step = 0; step < 20'000; ++step) {
    const uint64_t first = 1 + scramble(step) % 100;
    const uint64_t second = scramble(step + 1'000'000) % 100;
    if (step % 3 == 0) {
      const uint64_t* found = table.find({first, second});
      const auto expected = model.find({first, second});
      ASSERT_EQ(found != nullptr, expected != model.end());
      if (found != nullptr) {
        ASSERT_EQ(*found, expected->second);
      }
    } else {
      table[{first, second}] += step;
      model[{first, second}] += step;
    }
    ASSERT_EQ(table.size(), model.size());
  }
}

TEST(FlatTable, MakesADefaultValueWhenFirstAsked) {
  FlatTable<int> table;
  EXPECT_TRUE(table.empty());
  EXPECT_EQ(table.find({1}), nullptr);
  EXPECT_EQ((table[{1}]), 0);
  EXPECT_NE(table.find({1}), nullptr);
}

TEST(FlatTable, ForgetsEverythingWhenCleared) {
  FlatTable<int> table;
  table[{1, 2}] = 3;
  table.clear();
  EXPECT_TRUE(table.empty());
  EXPECT_EQ(table.find({1, 2}), nullptr);
  EXPECT_EQ((table[{1, 2}]), 0);
}

TEST(FlatTable, DiesOfTheKeyThatMeansNone) {
  FlatTable<int> table;
  EXPECT_DEATH((table[{0, 1}]), "CHECK");
}

}  // namespace
}  // namespace seedbed

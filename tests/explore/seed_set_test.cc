#include "sim/explore/seed_set.h"

#include <gtest/gtest.h>

#include <set>

#include "sim/core/hash.h"

namespace seedbed {
namespace {

TEST(SeedSet, JoinsWhatOverlapsOrTouches) {
  SeedSet seeds;
  seeds.add(10, 20);
  seeds.add(30, 40);
  EXPECT_EQ(seeds.ranges().size(), 2u);
  seeds.add(21, 29);
  EXPECT_EQ(seeds.ranges().size(), 1u);
  seeds.add(5, 60);
  EXPECT_EQ(seeds.ranges(), (std::map<uint64_t, uint64_t>{{5, 60}}));
}

TEST(SeedSet, CountsWithinARange) {
  SeedSet seeds;
  seeds.add(1, 7000);
  seeds.add(9000, 9000);
  EXPECT_EQ(seeds.count(1, 10'000), 7001u);
  EXPECT_EQ(seeds.count(6001, 9000), 1001u);
  EXPECT_EQ(seeds.count(7001, 8999), 0u);
}

TEST(SeedSet, HoldsTheFirstAndTheLastSeedThatThereIs) {
  SeedSet seeds;
  seeds.add(UINT64_MAX, UINT64_MAX);
  seeds.add(0, 0);
  seeds.add(UINT64_MAX - 1, UINT64_MAX - 1);
  EXPECT_EQ(seeds.ranges().size(), 2u);
  EXPECT_TRUE(seeds.contains(0));
  EXPECT_TRUE(seeds.contains(UINT64_MAX));
  EXPECT_EQ(seeds.count(UINT64_MAX - 1, UINT64_MAX), 2u);
}

TEST(SeedSet, AgreesWithASetOfNumbers) {
  SeedSet seeds;
  std::set<uint64_t> numbers;
  for (uint64_t i = 0; i < 300; ++i) {
    const uint64_t first = scramble(i) % 500;
    const uint64_t last = first + scramble(i + 1000) % 4;
    seeds.add(first, last);
    for (uint64_t seed = first; seed <= last; ++seed) numbers.insert(seed);
    ASSERT_EQ(seeds.count(0, 600), numbers.size());
  }
  for (uint64_t seed = 0; seed < 600; ++seed) {
    EXPECT_EQ(seeds.contains(seed), numbers.contains(seed)) << seed;
  }
}

}  // namespace
}  // namespace seedbed

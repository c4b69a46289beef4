#include "sim/core/hash.h"

#include <gtest/gtest.h>

namespace seedbed {
namespace {

TEST(Hash, IsTheSameAtCompileTimeAndAtRunTime) {
  constexpr uint64_t at_compile_time = hash_bytes("network.drop");
  const std::string bytes = "network.drop";
  EXPECT_EQ(at_compile_time, hash_bytes(bytes));
}

TEST(Hash, TellsPrefixesAndOrdersApart) {
  EXPECT_NE(hash_bytes("ab"), hash_bytes("a"));
  EXPECT_NE(hash_bytes(std::string_view("a\0", 2)), hash_bytes("a"));
  EXPECT_NE(mix(1, 2), mix(2, 1));
}

}  // namespace
}  // namespace seedbed

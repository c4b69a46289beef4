// Golden files: texts that a person has read and found good. After a change that is meant,
// SEEDBED_UPDATE_GOLDEN=1 rewrites them, and the difference is reviewed like code.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

namespace seedbed {

inline void expect_golden(const std::string& name, const std::string& text) {
  const std::string path = std::string(SEEDBED_SOURCE_DIR) + "/tests/golden/report/" + name;
  if (std::getenv("SEEDBED_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path, std::ios::binary) << text;
    return;
  }
  std::ifstream file(path, std::ios::binary);
  ASSERT_TRUE(file.good()) << "no golden file " << name << "; SEEDBED_UPDATE_GOLDEN=1 writes it";
  std::stringstream golden;
  golden << file.rdbuf();
  EXPECT_EQ(text, golden.str()) << "if this is meant: SEEDBED_UPDATE_GOLDEN=1";
}

}  // namespace seedbed

// Golden files in tests/golden: texts that a person has read and found good. After a change that is
// meant, SEEDBED_UPDATE_GOLDEN=1 rewrites them, and the difference is reviewed like code.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace seedbed {

// Names are below that folder: "report/pass.txt".
inline std::filesystem::path golden_path(const std::string& name) {
  return std::filesystem::path(SEEDBED_SOURCE_DIR) / "tests" / "golden" / name;
}

// Empty if there is no such file.
inline std::string golden_text(const std::string& name) {
  std::ostringstream text;
  text << std::ifstream(golden_path(name), std::ios::binary).rdbuf();
  return text.str();
}

// The .txt files of a folder, in order and without the ending.
inline std::vector<std::string> golden_names(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& file : std::filesystem::directory_iterator(golden_path(folder))) {
    if (file.path().extension() == ".txt") names.push_back(file.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

inline void expect_golden(const std::string& name, const std::string& text) {
  if (std::getenv("SEEDBED_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(golden_path(name), std::ios::binary) << text;
    return;
  }
  const std::string golden = golden_text(name);
  ASSERT_FALSE(golden.empty()) << "no golden file " << name
                               << "; SEEDBED_UPDATE_GOLDEN=1 writes it";
  EXPECT_EQ(text, golden) << name << ": if this is meant: SEEDBED_UPDATE_GOLDEN=1";
}

}  // namespace seedbed

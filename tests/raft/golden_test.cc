// Each script in tests/golden/raft is run, and its answers compared with those in the file. After a
// change that is meant to alter them, rewrite the files, and read the difference as you would read
// code:
//
//   SEEDBED_UPDATE_GOLDEN=1 build/dev/tests/raft/raft_test --gtest_filter='*Golden*'
//
// A script is a sequence of comments (#) and of blocks: a command, a line "----", the answer, a
// blank line. Only the commands need to be written by hand.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/raft/transcript.h"

namespace seedbed::raft {
namespace {

constexpr std::string_view kRule = "----";

std::filesystem::path folder() {
  return std::filesystem::path(SEEDBED_SOURCE_DIR) / "tests" / "golden" / "raft";
}

std::vector<std::string> script_names() {
  std::vector<std::string> names;
  for (const auto& file : std::filesystem::directory_iterator(folder())) {
    if (file.path().extension() == ".txt") names.push_back(file.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string read_file(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// Runs the commands of a script and returns it with the answers they get now.
std::string rewritten(const std::string& script) {
  Transcript transcript;
  std::istringstream in(script);
  std::string result;
  bool in_answer = false;
  for (std::string line; std::getline(in, line);) {
    if (in_answer) {
      in_answer = !line.empty();
      if (in_answer) continue;
    }
    if (line == kRule) {
      in_answer = true;
      continue;
    }
    result += line + "\n";
    if (line.empty() || line[0] == '#') continue;
    result += std::string(kRule) + "\n" + transcript.run(line);
    if (in.peek() != '-') result += "\n";  // a command that has no answer yet
  }
  return result;
}

class Golden : public testing::TestWithParam<std::string> {};

TEST_P(Golden, TheServersStillDoWhatTheScriptSays) {
  const std::filesystem::path path = folder() / (GetParam() + ".txt");
  const std::string script = read_file(path);
  ASSERT_FALSE(script.empty()) << path;
  const std::string now = rewritten(script);
  if (std::getenv("SEEDBED_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path) << now;
    return;
  }
  EXPECT_EQ(now, script) << "see tests/raft/golden_test.cc for how to rewrite " << path.filename();
}

INSTANTIATE_TEST_SUITE_P(Scripts, Golden, testing::ValuesIn(script_names()),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace seedbed::raft

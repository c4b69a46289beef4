// Each script in tests/golden/raft is run, and its answers compared with those in the file. After a
// change that is meant to alter them, rewrite the files, and read the difference as you would read
// code:
//
//   SEEDBED_UPDATE_GOLDEN=1 build/dev/bin/raft_test --gtest_filter='*Golden*'
//
// A script is a sequence of comments (#) and of blocks: a command, a line "----", the answer, a
// blank line. Only the commands need to be written by hand.
#include "tests/golden.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "tests/raft/transcript.h"

namespace seedbed::raft {
namespace {

constexpr std::string_view kRule = "----";

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
  const std::string name = "raft/" + GetParam() + ".txt";
  const std::string script = golden_text(name);
  ASSERT_FALSE(script.empty()) << name;
  expect_golden(name, rewritten(script));
}

INSTANTIATE_TEST_SUITE_P(Scripts, Golden, testing::ValuesIn(golden_names("raft")),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace seedbed::raft

// The schedules of tests/golden/two_phase_commit are performed, and what is sent is compared with
// the files. After a change that is meant to alter them, rewrite the files, and read the difference
// as you would read code:
//
//   SEEDBED_UPDATE_GOLDEN=1 build/dev/bin/two_phase_commit_test --gtest_filter='*Golden*'
//
// A script is a sequence of comments (#) and of blocks: a command, a line "----", what was sent, a
// blank line. The commands are those of transcript.h; "participant" and "coordinator" begin anew.
#include "tests/golden.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "tests/two_phase_commit/transcript.h"

namespace seedbed::two_phase_commit {
namespace {

constexpr std::string_view kRule = "----";

// The comments and commands of a script, without what was sent.
std::vector<std::string> lines_to_keep(const std::string& script) {
  std::vector<std::string> lines;
  std::istringstream in(script);
  bool in_answer = false;
  for (std::string line; std::getline(in, line);) {
    if (in_answer) {
      in_answer = !line.empty();
    } else if (line == kRule) {
      in_answer = true;
    } else if (!line.empty()) {
      lines.push_back(line);
    }
  }
  return lines;
}

bool begins(const std::string& line) {
  return line.starts_with("participant") || line.starts_with("coordinator");
}

// What each command of the script gets for an answer; comments get none.
std::vector<std::string> answers_to(const std::vector<std::string>& lines) {
  std::vector<std::string> answers;
  std::vector<std::string> commands;
  const auto perform = [&] {
    if (commands.empty()) return;
    const std::vector<std::string> sent = Transcript(commands).answers();
    answers.insert(answers.end(), sent.begin(), sent.end());
    commands.clear();
  };
  for (const std::string& line : lines) {
    if (line[0] == '#') continue;
    if (begins(line)) perform();
    commands.push_back(line);
  }
  perform();
  return answers;
}

std::string rewritten(const std::string& script) {
  const std::vector<std::string> lines = lines_to_keep(script);
  const std::vector<std::string> answers = answers_to(lines);
  std::string result;
  size_t next = 0;
  bool comment = false;
  for (const std::string& line : lines) {
    const bool is_comment = line[0] == '#';
    if (!result.empty() && !comment) result += "\n";
    comment = is_comment;
    result += line + "\n";
    if (!is_comment) result += std::string(kRule) + "\n" + answers[next++];
  }
  return result;
}

class Golden : public testing::TestWithParam<std::string> {};

TEST_P(Golden, TheScheduleStillGoesAsTheScriptSays) {
  const std::string name = "two_phase_commit/" + GetParam() + ".txt";
  const std::string script = golden_text(name);
  ASSERT_FALSE(script.empty()) << name;
  expect_golden(name, rewritten(script));
}

INSTANTIATE_TEST_SUITE_P(Schedules, Golden, testing::ValuesIn(golden_names("two_phase_commit")),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace seedbed::two_phase_commit

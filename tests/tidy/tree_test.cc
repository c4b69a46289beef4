// The rules, held against the whole repository.
#include "tests/tidy/tree.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <functional>

#include "tests/tidy/include_rules.h"
#include "tests/tidy/name_rules.h"
#include "tests/tidy/shape_rules.h"
#include "tests/tidy/word_rules.h"

namespace seedbed::tidy {
namespace {

const std::vector<SourceFile>& tree() {
  static const std::vector<SourceFile> kTree = read_tree(SEEDBED_SOURCE_DIR);
  return kTree;
}

using Rule = std::function<Findings(const SourceFile&)>;

Findings all_findings(const Rule& rule) {
  Findings findings;
  for (const SourceFile& file : tree()) {
    const Findings more = rule(file);
    findings.insert(findings.end(), more.begin(), more.end());
  }
  return findings;
}

std::string broken(const Rule& rule) {
  return to_string(without_exceptions(all_findings(rule), exceptions()));
}

TEST(Tree, IsReadWhole) {
  EXPECT_GT(tree().size(), 50u);
  const auto holds = [](std::string_view path) {
    for (const SourceFile& file : tree()) {
      if (file.path == path) return !file.text.empty();
    }
    return false;
  };
  EXPECT_TRUE(holds("CMakeLists.txt"));
  EXPECT_TRUE(holds("sim/core/hash.h"));
  EXPECT_TRUE(holds("tools/seedbed"));
  EXPECT_TRUE(holds("README.md"));
}

TEST(Tree, IncludesFollowTheArchitecture) { EXPECT_EQ(broken(check_includes), ""); }

TEST(Tree, PureCoresKnowNothingOfTheWorld) {
  EXPECT_EQ(to_string(without_exceptions(check_pure_cores(tree()), exceptions())), "");
}

TEST(Tree, DefinesEachTypeOnce) {
  EXPECT_EQ(to_string(without_exceptions(check_type_names(tree()), exceptions())), "");
}

TEST(Tree, HasNoBannedWords) { EXPECT_EQ(broken(check_banned_words), ""); }
TEST(Tree, HasNoMapsInMessages) { EXPECT_EQ(broken(check_proto_maps), ""); }
TEST(Tree, HasNoNamelessTodos) { EXPECT_EQ(broken(check_todos), ""); }
TEST(Tree, HasNoPathsOfAMachine) { EXPECT_EQ(broken(check_machine_paths), ""); }
TEST(Tree, FitsInAHundredColumns) { EXPECT_EQ(broken(check_columns), ""); }
TEST(Tree, HasNoFileThatIsTooLong) { EXPECT_EQ(broken(check_file_length), ""); }
TEST(Tree, HasNoFunctionThatIsTooLong) { EXPECT_EQ(broken(check_function_length), ""); }
TEST(Tree, IsAtMostThreeFoldersDeep) { EXPECT_EQ(broken(check_depth), ""); }
TEST(Tree, HeadersAreIncludedOnce) { EXPECT_EQ(broken(check_pragma_once), ""); }
TEST(Tree, PagesHaveOneTitle) { EXPECT_EQ(broken(check_page_title), ""); }

TEST(Tree, HasNoExceptionThatExcusesNothing) {
  Findings findings;
  for (const Rule& rule : std::initializer_list<Rule>{
           check_includes, check_banned_words, check_proto_maps, check_todos, check_machine_paths,
           check_columns, check_file_length, check_function_length, check_depth, check_pragma_once,
           check_page_title}) {
    const Findings more = all_findings(rule);
    findings.insert(findings.end(), more.begin(), more.end());
  }
  const Findings more = check_pure_cores(tree());
  findings.insert(findings.end(), more.begin(), more.end());
  for (const Exception& idle : idle_exceptions(findings, exceptions())) {
    ADD_FAILURE() << idle.files << " is excused from " << idle.rule << " and keeps the rule";
  }
}

// The output of a command, with its exit status.
std::pair<std::string, int> output_of(const std::string& command) {
  std::string output;
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  std::array<char, 4096> buffer;
  while (const size_t size = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    output.append(buffer.data(), size);
  }
  return {output, pclose(pipe)};
}

TEST(Tree, IsFormatted) {
  if (output_of("command -v clang-format-14").second != 0) {
    GTEST_SKIP() << "package clang-format-14 is not installed";
  }
  const auto [output, status] =
      output_of(std::string(SEEDBED_SOURCE_DIR) + "/tools/dev/format --check");
  EXPECT_EQ(status, 0) << "run tools/dev/format\n" << output.substr(0, 4000);
}

}  // namespace
}  // namespace seedbed::tidy

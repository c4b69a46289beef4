// The pages of this repository, and what the rules about them say of bad pages.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/docs/pages.h"

namespace seedbed::docs {
namespace {

namespace fs = std::filesystem;

const fs::path kRoot = SEEDBED_SOURCE_DIR;

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in) << path;
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::vector<std::string> pages() {
  std::vector<std::string> result;
  for (fs::recursive_directory_iterator at(kRoot), end; at != end; ++at) {
    const std::string name = at->path().filename().string();
    if (at->is_directory() &&
        (name == "build" || name == "node_modules" || name.starts_with("."))) {
      at.disable_recursion_pending();
    } else if (at->path().extension() == ".md") {
      result.push_back(fs::relative(at->path(), kRoot).generic_string());
    }
  }
  return result;
}

std::vector<std::string> chapter_names() {
  std::vector<std::string> names;
  std::ifstream in(kRoot / "docs/reference/chapter_names.txt");
  for (std::string line; std::getline(in, line);) names.push_back(line);
  return names;
}

TEST(Pages, HaveNoDeadLinks) {
  EXPECT_GT(pages().size(), 5u);
  for (const std::string& page : pages()) {
    for (const std::string& dead : dead_links(page, read(kRoot / page), [](const std::string& to) {
           return fs::exists(kRoot / to);
         })) {
      ADD_FAILURE() << dead;
    }
  }
}

TEST(Pages, ADeadLinkIsFoundWhereverItStands) {
  const auto exists = [](const std::string& path) { return path == "docs/a.md"; };
  EXPECT_EQ(dead_links("docs/b.md", "see [a](a.md) and [c](c.md).", exists).size(), 1u);
  EXPECT_EQ(dead_links("README.md", "| x | [a](a.md) |", exists).size(), 1u);
  EXPECT_EQ(dead_links("README.md", "[a](docs/a.md#part) [up](docs/x/../a.md)", exists).size(), 0u);
  EXPECT_EQ(dead_links("docs/b.md", "[part](#part) [w](https://example.org/x)", exists).size(), 0u);
  EXPECT_EQ(dead_links("docs/b.md", "`[a](x)` and\n```\n[a](x)\n```\n", exists).size(), 0u);
}

TEST(Pages, CodeOfTheGuideIsRun) {
  const std::string page = read(kRoot / "docs/guide/your_own_model.md");
  EXPECT_GE(code_blocks(page, "cpp").size(), 6u);
  for (const std::string& problem : code_problems(
           page,
           {read(kRoot / "tests/docs/account.h"), read(kRoot / "tests/docs/own_model_test.cc")})) {
    ADD_FAILURE() << problem;
  }
}

TEST(Pages, CodeThatDiffersFromWhatIsRunIsFound) {
  const std::string source = "int a;\n  // ---\n  int b;\n    int c;\n\n  // ---\nint d;\n";
  const std::string good = "text\n```cpp\nint b;\n  int c;\n\n```\n```sh\nls\n```\n";
  EXPECT_EQ(code_problems(good, {source}).size(), 0u);
  EXPECT_EQ(code_problems(good, {source, source}).size(), 0u);
  EXPECT_EQ(code_problems(good + "```cpp\nint d;\n```\n", {source}).size(), 1u);
  EXPECT_EQ(code_problems("text", {source}).size(), 1u);
  EXPECT_EQ(code_problems("```cpp\nint b;\n```\n", {source}).size(), 2u);
}

TEST(Chapter, EveryNameHasItsRow) {
  const std::vector<std::string> names = chapter_names();
  EXPECT_GT(names.size(), 130u);
  for (const std::string& problem :
       chapter_problems(names, read(kRoot / "docs/reference/chapter.md"))) {
    ADD_FAILURE() << problem;
  }
}

TEST(Chapter, EveryKindOfProblemIsFound) {
  const std::string head = "| name | where | scenario | mutant | status |\n|---|---|---|---|---|\n";
  const auto problems = [&](const std::string& rows) {
    return chapter_problems({"Name"}, head + rows);
  };
  const std::string good = "| `Name` | - | - | - | not yet |\n";
  EXPECT_EQ(problems(good).size(), 0u);
  EXPECT_EQ(problems("| Name | [x](x.md) | - | - | done |\n").size(), 0u);
  EXPECT_EQ(problems("").size(), 1u) << "no row";
  EXPECT_EQ(problems(good + good).size(), 1u) << "two rows";
  EXPECT_EQ(problems(good + "| Other | - | - | - | not yet |\n").size(), 1u) << "no name";
  EXPECT_EQ(problems("| Name | - | - | - | soon |\n").size(), 1u) << "no such status";
  EXPECT_EQ(problems("| Name | - | - | - | done |\n").size(), 1u) << "done without a link";
  EXPECT_EQ(problems("| Name | - | not yet |\n").size(), 1u) << "too few cells";
  EXPECT_EQ(problems("```\n" + good + "```\n").size(), 1u) << "a row in code is no row";
}

}  // namespace
}  // namespace seedbed::docs

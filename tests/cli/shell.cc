#include "tests/cli/shell.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace seedbed {

namespace fs = std::filesystem;

nlohmann::json Ran::json() const {
  const auto value = nlohmann::json::parse(out, nullptr, false);
  EXPECT_FALSE(value.is_discarded()) << out << err;
  return value;
}

Shell::Shell() {
  std::string pattern = (fs::temp_directory_path() / "seedbed-cli-XXXXXX").string();
  EXPECT_NE(mkdtemp(pattern.data()), nullptr);
  folder_ = pattern;
  fs::create_directory(folder_ / "bin");
  fs::create_symlink(CLI_PROGRAM, folder_ / "bin" / "seedbed");
}

Shell::~Shell() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

Ran Shell::run(const std::string& line) const {
  const std::string bin = path("bin");
  const std::string command = "cd '" + folder_.string() + "' && unset SEEDBED_ROOT; export PATH='" +
                              bin + "':\"$PATH\"; ( " + line + "\n) >'" + bin + "/out' 2>'" + bin +
                              "/err' </dev/null";
  const int status = std::system(command.c_str());
  return {.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
          .out = read("bin/out"),
          .err = read("bin/err")};
}

void Shell::write(const std::string& name, std::string_view content) const {
  fs::create_directories(fs::path(path(name)).parent_path());
  std::ofstream(path(name), std::ios::binary) << content;
}

std::string Shell::read(const std::string& name) const {
  std::ifstream file(path(name), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

::testing::AssertionResult is_one_error(const std::string& err, std::string_view text) {
  const auto lines = std::count(err.begin(), err.end(), '\n');
  if (err.starts_with("seedbed: error: ") && lines == 1 && err.find(text) != std::string::npos) {
    return ::testing::AssertionSuccess();
  }
  return ::testing::AssertionFailure()
         << "expected one error with \"" << text << "\", got: " << err;
}

}  // namespace seedbed

// Runs commands as a user does, in an empty folder of their own.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace seedbed {

struct Ran {
  int code = -1;
  std::string out;
  std::string err;

  // What was printed on stdout, which must be one JSON value.
  nlohmann::json json() const;
};

class Shell {
 public:
  // Makes the folder.
  Shell();
  ~Shell();
  Shell(const Shell&) = delete;
  Shell& operator=(const Shell&) = delete;

  // A line for sh, run in the folder. `seedbed` in it is the command line with the protocol kv.
  Ran run(const std::string& line) const;

  // A file in the folder.
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  void write(const std::string& name, std::string_view content) const;
  std::string read(const std::string& name) const;

 private:
  std::filesystem::path folder_;
};

// Error output is one line that begins as all errors do and contains `text`.
::testing::AssertionResult is_one_error(const std::string& err, std::string_view text);

}  // namespace seedbed

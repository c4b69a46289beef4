// What the rules of the tree work on and what they say. A rule is a pure function over the text of
// one file, or of all of them:
//
//   Findings findings = check_columns({"sim/core/time.h", text});
//
// so that each has a test that it fails on a bad snippet, beside the one that the tree passes.
#pragma once

#include <string>
#include <vector>

namespace seedbed::tidy {

struct SourceFile {
  std::string path;  // relative to the root of the repository
  std::string text;
};

struct Finding {
  std::string path;
  int line = 0;  // from 1; 0 is the file as a whole
  std::string rule;
  std::string message;
};
using Findings = std::vector<Finding>;

// "path:line: rule: message", one a line.
std::string to_string(const Findings& findings);

}  // namespace seedbed::tidy

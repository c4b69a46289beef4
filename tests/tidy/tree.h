// The files of the repository that rules are about, and the few exceptions to the rules.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/tidy/finding.h"

namespace seedbed::tidy {

// Every text that somebody wrote: code, build files, schemas, scenarios, scripts and pages. Sorted
// by path. Build directories and what tools leave behind are no part of it.
std::vector<SourceFile> read_tree(const std::string& root);

// Files that a rule does not hold for.
struct Exception {
  std::string_view files;  // a path, or the beginning of one
  std::string_view rule;
  std::string_view reason;
};
const std::vector<Exception>& exceptions();

// What is left after the exceptions.
Findings without_exceptions(const Findings& findings, const std::vector<Exception>& exceptions);

// Exceptions that excuse nothing: they are to be removed.
std::vector<Exception> idle_exceptions(const Findings& findings,
                                       const std::vector<Exception>& exceptions);

}  // namespace seedbed::tidy

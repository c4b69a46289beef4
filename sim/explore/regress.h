// Regressions: does a kept reproducer still show what it was kept for?
//
// With its mutant the named check breaks; without it the same schedule breaks nothing. One that has
// no mutant shows a bug that was fixed: it breaks nothing. A line of its script that matches
// nothing any more makes it stale, which is never a pass.
#pragma once

#include <string>
#include <vector>

#include "sim/explore/reproducer.h"

namespace seedbed {

struct RegressionResult {
  bool ok = false;
  bool stale = false;
  std::string what;  // in a sentence
  std::vector<std::string> stale_lines;
};

RegressionResult check_regression(Runner& runner, const Reproducer& reproducer);

}  // namespace seedbed

// Every exception has a reason that would convince somebody who wants to remove it. One that
// excuses nothing any more fails the test.
#include "tests/tidy/tree.h"

namespace seedbed::tidy {

const std::vector<Exception>& exceptions() {
  static const std::vector<Exception> kExceptions = {
      {"sim/core/arena_scan.cc", "banned-word", "reads the memory map of its own process"},
      {"sim/core/guard_symbols.cc", "banned-word", "is what stands behind these words in a run"},
      {"tests/consumer/project/", "rooted-include", "is the root of a project of its own"},
      {"tests/tidy/rules_test.cc", "todo", "shows the rule what it forbids"},
      {"tests/tidy/rules_test.cc", "machine-path", "shows the rule what it forbids"},
      {"tests/tidy/word_rules.cc", "todo", "is the rule"},
      {"tests/tidy/word_rules.cc", "machine-path", "is the rule"},
  };
  return kExceptions;
}

}  // namespace seedbed::tidy

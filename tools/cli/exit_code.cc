#include "tools/cli/exit_code.h"

#include "sim/explore/expectation.h"

namespace seedbed {

ExitCode exit_code(const Judgement& judgement) {
  if (judgement.inconclusive) return kExitInconclusive;
  return judgement.as_expected() ? kExitExpected : kExitFinding;
}

}  // namespace seedbed

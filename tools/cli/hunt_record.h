// hunt --record and --shrink: a reproducer for each kind of finding.
#pragma once

#include "tools/cli/context.h"
#include "tools/cli/hunt_arguments.h"
#include "tools/cli/hunt_report.h"

namespace seedbed {

// Records the first seed of each group of findings in the folder, and shrinks it if asked to. Says
// on stderr what it wrote. What died or hung has nothing to record: the line that runs it again is
// in the hunt's own report. Throws ConfigError if the folder cannot be made.
void record_findings(const Hunt& hunt, const HuntArguments& arguments, const Context& context);

}  // namespace seedbed

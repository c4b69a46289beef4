// Two-phase commit, as the testbed sees it.
#pragma once

#include "sim/run/protocol.h"

namespace seedbed::two_phase_commit {

ProtocolSpec spec();

}  // namespace seedbed::two_phase_commit

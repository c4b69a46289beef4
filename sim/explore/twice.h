// Twice: is a run what the same run was before? Code under test that depends on addresses, on
// memory that it has not written, or on what an earlier run left behind gives itself away.
#pragma once

#include <string>

#include "sim/run/run.h"

namespace seedbed {

// Runs again, in memory that lies elsewhere and is filled differently: the other half of the arena,
// shifted, and repainted stacks. Empty if the trace is the same as that of `before`; else says
// where two such runs part: a sentence, then, if traces show the place, lines with both sides and
// the causes that led there (Divergence::text).
std::string difference_when_run_again(Runner& runner, const Scenario& scenario,
                                      const RunResult& before);

// Whether this seed is among the `permille` in a thousand that are run twice: always the same ones.
bool is_run_twice(uint64_t seed, uint32_t permille);

}  // namespace seedbed

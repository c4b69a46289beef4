// What two-phase commit promises, held against a run: the disks of its servers, their messages, and
// what clients were told. AC1 to AC5 are those of BHG, section 7.3.
#pragma once

#include <memory>

#include "protocols/two_phase_commit/invariants_ledger.h"
#include "sim/check/checker.h"

namespace seedbed::two_phase_commit {

using LedgerPtr = std::shared_ptr<Ledger>;

// No two servers decide differently. Evaluates decisions.
std::unique_ptr<Checker> make_ac1(LedgerPtr ledger);

}  // namespace seedbed::two_phase_commit

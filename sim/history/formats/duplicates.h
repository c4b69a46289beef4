// Values that transactions wrote more than once to a key.
#pragma once

#include "sim/history/finding.h"
#include "sim/history/history.h"

namespace seedbed {

// Adds a remark for each write or append of a value that another step wrote to the same key,
// whatever became of their transactions. Takes time in proportion to n log n.
void find_duplicates(const HistoryParts& parts, Findings* findings);

}  // namespace seedbed

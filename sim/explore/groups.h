// Groups: findings that are probably one bug: the same promise broke, in the same scenario, under
// the same kinds of faults. A first version, and deliberately coarse.
//
//   for (const Group& group : group_findings(result.findings)) show(*group.first, group.count);
#pragma once

#include <vector>

#include "sim/explore/results.h"

namespace seedbed {

struct Group {
  const CampaignFinding* first = nullptr;  // of the lowest seed; belongs to the caller's findings
  uint64_t count = 0;
};

// The largest first; of two as large, the one that was found at the lower seed. Findings are in one
// group if scenario, verdict, check and shape are the same. The result points into `findings`.
std::vector<Group> group_findings(const std::vector<CampaignFinding>& findings);

}  // namespace seedbed

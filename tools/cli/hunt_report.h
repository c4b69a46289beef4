// What a hunt found, as text and as JSON.
#pragma once

#include <string>
#include <vector>

#include "sim/explore/campaign.h"
#include "tools/cli/json.h"
#include "tools/cli/selection.h"

namespace seedbed {

struct Hunt {
  std::vector<Selection> selections;  // in the order of the campaign's scenarios
  CampaignOptions options;
  CampaignResult result;
  std::string store;  // where results are kept; empty: nowhere
};

// More seeds than anybody waits for: as many as a hunt without --seeds asks for.
inline constexpr uint64_t kEndlessSeeds = uint64_t{1} << 30;

Json hunt_json(const Hunt& hunt, std::string_view revision);
std::string hunt_text(const Hunt& hunt, const Context& context);

// The command that shows the finding again.
std::string reproduce_line(const Selection& selection, const CampaignFinding& finding);
// "1..200", or where an endless hunt began.
std::string seeds_text(const Hunt& hunt);

}  // namespace seedbed

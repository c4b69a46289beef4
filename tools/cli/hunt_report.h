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
};

Json hunt_json(const Hunt& hunt, std::string_view revision);
std::string hunt_text(const Hunt& hunt, const Context& context);

}  // namespace seedbed

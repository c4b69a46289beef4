#include "sim/explore/groups.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace seedbed {

std::vector<Group> group_findings(const std::vector<CampaignFinding>& findings) {
  using Key = std::tuple<size_t, std::string, std::string, std::string>;
  std::map<Key, Group> groups;
  for (const CampaignFinding& finding : findings) {
    Group& group = groups[{finding.scenario, finding.verdict, finding.check, finding.shape}];
    if (group.first == nullptr || finding.seed < group.first->seed) group.first = &finding;
    ++group.count;
  }
  std::vector<Group> result;
  for (const auto& [key, group] : groups) result.push_back(group);
  std::stable_sort(result.begin(), result.end(), [](const Group& a, const Group& b) {
    return std::tuple(b.count, a.first->seed) < std::tuple(a.count, b.first->seed);
  });
  return result;
}

}  // namespace seedbed

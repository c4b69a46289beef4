// Choices that others than their owner name as well.
#pragma once

#include <string>
#include <vector>

#include "sim/world/sites.h"

namespace seedbed::sites {

// Scope: client and incarnation; ordinal: its pauses between two operations.
inline constexpr Site kThink("workload.think", ChoiceClass::kAmbient);

// What every scenario has, and a shrinker quietens.
inline std::vector<std::string> quietable() {
  std::vector<std::string> names{std::string(kThink.name())};
  for (const Site& site : kWorldSites) {
    if (site.choice_class() == ChoiceClass::kAmbient) names.emplace_back(site.name());
  }
  return names;
}

}  // namespace seedbed::sites

// What the occasions of the core are called, as probes of a run.
//
//   for (const OccasionInfo& info : occasion_table()) {
//     if (ready.occasions.has(info.occasion)) env.reached(info.name);
//   }
#pragma once

#include <span>
#include <string_view>

#include "protocols/raft/occasions.h"
#include "sim/world/env.h"

namespace seedbed::raft {

struct OccasionInfo {
  Occasion occasion{};
  ProbeName name;
  std::string_view meaning;
};

// All of them, in the order of the enumeration.
std::span<const OccasionInfo> occasion_table();

}  // namespace seedbed::raft

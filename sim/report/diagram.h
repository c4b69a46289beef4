// Diagram: a scene drawn as text, time going down, a column for each node.
//
//       time       n1            n2            n3            c1
//    9.800 s ================ partition: n1 | n2 n3 =================
//   10.200 s        |<------------------Put-------------------|
//   10.200 s        |-------AppendEntries------x|             |       cut off
//   10.201 s    commit 4          |             |             |       <- (1)
//   10.313 s        |         LEADER t2         |             |       <- (2)
//
// Lifelines: `|` up, `:` paused, blank down.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/report/scene.h"

namespace seedbed {

// Lines of at most kReportWidth characters, without their ends: a heading, the rows, and if
// something is left out, how much. Empty if there is nothing to show. `events` are those the scene
// was chosen from.
std::vector<std::string> draw(const Scene& scene, std::span<const StoredEvent> events,
                              const std::vector<std::string>& node_names, bool utf8 = false);

}  // namespace seedbed

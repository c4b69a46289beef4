// How checkers name times, nodes and clients in their sentences, so that all of them do it alike.
#pragma once

#include <fmt/core.h>

#include <string>

#include "sim/core/ids.h"
#include "sim/core/time.h"

namespace seedbed {

// "1.204s": since the start of the run, rounded down to milliseconds.
inline std::string seconds(Time time) {
  const int64_t milliseconds = nanoseconds(time) / 1'000'000;
  return fmt::format("{}.{:03}s", milliseconds / 1000, milliseconds % 1000);
}

// "n3": a server. "c7": a client. The number is that of the node.
inline std::string server_name(NodeId node) { return fmt::format("n{}", number(node)); }
inline std::string client_name(NodeId node) { return fmt::format("c{}", number(node)); }

}  // namespace seedbed

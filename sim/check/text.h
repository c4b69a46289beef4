// How checkers name times, nodes and clients in their sentences, so that all of them do it alike.
#pragma once

#include <fmt/core.h>

#include <string>
#include <string_view>

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

// "a get", "an append".
inline std::string with_article(std::string_view noun) {
  const bool vowel = std::string_view("aeiou").find(noun.substr(0, 1)) != std::string_view::npos;
  return fmt::format("{} {}", vowel && !noun.empty() ? "an" : "a", noun);
}

}  // namespace seedbed

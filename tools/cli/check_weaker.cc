#include "tools/cli/check_weaker.h"

#include <fmt/format.h>

#include "sim/run/suggest.h"

namespace seedbed {

std::string_view to_string(Consistency consistency) {
  switch (consistency) {
    case Consistency::kLinearizable: return "linearizable";
    case Consistency::kSequential: return "sequential";
    case Consistency::kStaleness: break;
  }
  return "staleness";
}

Consistency consistency_from(std::string_view text) {
  std::vector<std::string> names;
  for (const Consistency one :
       {Consistency::kLinearizable, Consistency::kSequential, Consistency::kStaleness}) {
    if (text == to_string(one)) return one;
    names.emplace_back(to_string(one));
  }
  throw ConfigError(
      unknown_name("consistency", text, names, "linearizable, sequential, staleness"));
}

}  // namespace seedbed

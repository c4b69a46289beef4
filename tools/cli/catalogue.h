// The catalogue: everything that `seedbed list` can list, as rows. A row is a JSON object; text shows
// the same in columns.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/cli/context.h"
#include "tools/cli/json.h"

namespace seedbed {

struct Catalogue {
  std::string name;                  // "mutants"
  std::string what;                  // one line about the rows
  std::vector<std::string> columns;  // the fields that text shows, the name first
  Json rows = Json::array();
  std::vector<std::string> warnings;  // about what could not be listed
};

// "protocols", "scenarios", ...: what there is.
const std::vector<std::string>& catalogue_names();

// `scenarios`: where to look for them instead of the usual places.
Catalogue catalogue(std::string_view name, const Context& context,
                    const std::optional<std::string>& scenarios);

}  // namespace seedbed

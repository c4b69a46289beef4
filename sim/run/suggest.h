// "Did you mean ...?": the nearest of the names that exist.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace seedbed {

// The name with the smallest edit distance, if it is near enough to be meant; else empty.
std::string nearest(std::string_view wanted, const std::vector<std::string>& names);

// "unknown fault 'crsh'; did you mean 'crash'? (seedbed list faults)"
std::string unknown_name(std::string_view what, std::string_view wanted,
                         const std::vector<std::string>& names, std::string_view how_to_list);

}  // namespace seedbed

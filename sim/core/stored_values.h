// How numbers and lists stand in a store that keeps texts. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace seedbed {

std::string encode_number(int64_t number);
// Nothing if it is no number.
std::optional<int64_t> decode_number(std::string_view value);
// Puts an element behind an encoded list; "" is the empty one.
std::string appended(std::string_view list, std::string_view element);
std::vector<std::string> decode_list(std::string_view list);

}  // namespace seedbed

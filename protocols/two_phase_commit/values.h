// What the steps of a transaction do to a value. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/two_phase_commit/types.h"

namespace seedbed::two_phase_commit {

std::string encode_number(int64_t number);
// Nothing if it is no number.
std::optional<int64_t> decode_number(std::string_view value);
// Puts an element behind an encoded list.
std::string appended(std::string_view list, std::string_view element);
std::vector<std::string> decode_list(std::string_view list);

// A step that is carried out.
struct Done {
  bool refused = false;  // a number would have become negative, or there is none: nothing is done
  Value after;           // of the key
};
Done execute(const Step& step, const Value& before);

}  // namespace seedbed::two_phase_commit

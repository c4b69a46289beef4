// UTF-8, in which histories keep their texts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace seedbed {

// The text, with bytes that are not UTF-8 as \xNN.
std::string as_utf8(std::string_view bytes);

bool is_utf8(std::string_view bytes);

// Appends a code point; half of a surrogate pair as \uNNNN.
void append_code_point(std::string* text, uint32_t code);

}  // namespace seedbed

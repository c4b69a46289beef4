// Looking at source text without a compiler: its lines, and its code without comments and literals.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace seedbed::tidy {

// The lines of a text, without their ends. A final line end begins no further line.
std::vector<std::string_view> lines(std::string_view text);

// C++ with comments and the insides of string and character literals replaced by spaces. Every
// character stays on its line and in its column.
std::string code_only(std::string_view text);

// `code` with preprocessor lines, continued ones too, replaced by spaces.
std::string without_directives(std::string_view code);

// The number of the line (from 1) that holds the character at `offset`.
int line_at(std::string_view text, size_t offset);

// Where `word` stands in `text`, from `from` on, not inside a longer identifier; npos if nowhere.
size_t find_word(std::string_view text, std::string_view word, size_t from = 0);

// How many characters a line of UTF-8 has.
int columns(std::string_view line);

}  // namespace seedbed::tidy

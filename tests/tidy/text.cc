#include "tests/tidy/text.h"

#include <algorithm>
#include <cctype>

namespace seedbed::tidy {
namespace {

bool in_identifier(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

// Blanks [from, to) but for line ends; returns `to`.
size_t blank(std::string& text, size_t from, size_t to) {
  to = std::min(to, text.size());
  for (size_t i = from; i < to; ++i) {
    if (text[i] != '\n') text[i] = ' ';
  }
  return to;
}

// The offset just behind the literal that `quote` at `open` begins.
size_t end_of_literal(std::string_view text, size_t open, char quote) {
  size_t i = open + 1;
  while (i < text.size() && text[i] != quote && text[i] != '\n') i += text[i] == '\\' ? 2 : 1;
  return std::min(i + 1, text.size());
}

// The offset just behind the raw string whose opening quote is at `open`.
size_t end_of_raw_string(std::string_view text, size_t open) {
  const size_t paren = text.find('(', open);
  if (paren == std::string_view::npos) return text.size();
  const std::string closing = ")" + std::string(text.substr(open + 1, paren - open - 1)) + "\"";
  const size_t end = text.find(closing, paren);
  return end == std::string_view::npos ? text.size() : end + closing.size();
}

bool begins_raw_string(std::string_view text, size_t quote) {
  return quote > 0 && text[quote - 1] == 'R' && (quote == 1 || !in_identifier(text[quote - 2]));
}

// Quotes after #include are file names, which rules want to see.
bool on_include_line(std::string_view text, size_t offset) {
  const size_t before = text.rfind('\n', offset);
  const size_t begin = before == std::string_view::npos ? 0 : before + 1;
  return text.substr(begin, 8) == "#include";
}

}  // namespace

std::vector<std::string_view> lines(std::string_view text) {
  std::vector<std::string_view> result;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    result.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return result;
}

std::string code_only(std::string_view text) {
  std::string code(text);
  size_t i = 0;
  while (i < code.size()) {
    const std::string_view rest = text.substr(i);
    if (rest.starts_with("//")) {
      i = blank(code, i, std::min(text.find('\n', i), text.size()));
    } else if (rest.starts_with("/*")) {
      const size_t end = text.find("*/", i + 2);
      i = blank(code, i, end == std::string_view::npos ? text.size() : end + 2);
    } else if (text[i] == '"' && begins_raw_string(text, i)) {
      const size_t end = end_of_raw_string(text, i);
      blank(code, i + 1, end - 1);
      i = end;
    } else if (text[i] == '"' && !on_include_line(text, i)) {
      const size_t end = end_of_literal(text, i, '"');
      blank(code, i + 1, end - 1);
      i = end;
    } else if (text[i] == '\'' && (i == 0 || !in_identifier(text[i - 1]))) {
      const size_t end = end_of_literal(text, i, '\'');
      blank(code, i + 1, end - 1);
      i = end;
    } else {
      ++i;
    }
  }
  return code;
}

std::string without_directives(std::string_view code) {
  std::string result(code);
  bool continued = false;
  for (const std::string_view line : lines(code)) {
    const size_t first = line.find_first_not_of(' ');
    const bool directive = continued || (first != std::string_view::npos && line[first] == '#');
    continued = directive && line.ends_with('\\');
    const size_t begin = static_cast<size_t>(line.data() - code.data());
    if (directive) blank(result, begin, begin + line.size());
  }
  return result;
}

int line_at(std::string_view text, size_t offset) {
  return 1 + static_cast<int>(std::count(text.begin(), text.begin() + offset, '\n'));
}

size_t find_word(std::string_view text, std::string_view word, size_t from) {
  for (size_t at = text.find(word, from); at != std::string_view::npos;
       at = text.find(word, at + 1)) {
    const size_t end = at + word.size();
    const bool begins = at == 0 || !in_identifier(word.front()) || !in_identifier(text[at - 1]);
    const bool ends =
        end == text.size() || !in_identifier(word.back()) || !in_identifier(text[end]);
    if (begins && ends) return at;
  }
  return std::string_view::npos;
}

int columns(std::string_view line) {
  return static_cast<int>(std::count_if(line.begin(), line.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;  // not a continuation byte
  }));
}

}  // namespace seedbed::tidy

// What is open is a stack of its own, not the machine's: depth costs no more than length.
#include "sim/history/formats/edn_parser.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "sim/core/check.h"
#include "sim/history/formats/bad_input.h"
#include "sim/history/formats/utf8.h"

namespace seedbed {
namespace {

constexpr std::string_view kSpaces = " \t\r\n\f\v,";
constexpr std::string_view kDelimiters = "()[]{}\";";

constexpr std::array<bool, 256> table_of(std::string_view characters) {
  std::array<bool, 256> table{};
  for (const char c : characters) table[static_cast<unsigned char>(c)] = true;
  return table;
}
constexpr std::array<bool, 256> kIsSpace = table_of(kSpaces);
constexpr std::array<bool, 256> kIsDelimiter = table_of(kDelimiters);

bool is_space(char c) { return kIsSpace[static_cast<unsigned char>(c)]; }
bool ends_token(char c) { return is_space(c) || kIsDelimiter[static_cast<unsigned char>(c)]; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_number_character(char c) {
  return is_digit(c) || std::string_view("+-./eEMN").find(c) != std::string_view::npos;
}

std::string quoted(char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (byte < 0x20 || byte >= 0x7f) return fmt::format("the byte 0x{:02x}", byte);
  return fmt::format("'{}'", c);
}

}  // namespace

void EdnParser::skip_space() {
  while (offset_ < text_.size()) {
    const char c = text_[offset_];
    if (is_space(c) || (c == ':' && notation_ == Notation::kJson)) {
      ++offset_;
    } else if (c == ';' && notation_ == Notation::kEdn) {
      const size_t end = text_.find('\n', offset_);
      offset_ = end == std::string_view::npos ? text_.size() : end;
    } else {
      return;
    }
  }
}

uint64_t EdnParser::offset() {
  skip_space();
  return offset_;
}

bool EdnParser::enter(char opener, char closer) {
  skip_space();
  if (offset_ >= text_.size() || text_[offset_] != opener) return false;
  ++offset_;
  entered_.push_back(closer);
  return true;
}

bool EdnParser::enter() {
  return enter('[', ']') || (notation_ == Notation::kEdn && enter('(', ')'));
}

bool EdnParser::enter_map() { return enter('{', '}'); }

void EdnParser::leave() {
  skip_space();
  CHECK(!entered_.empty());
  const char closer = entered_.back();
  if (offset_ >= text_.size() || text_[offset_] != closer) {
    throw BadInput(FindingKind::kTruncated, offset_, "no end of the outermost list",
                   quoted(closer));
  }
  entered_.pop_back();
  ++offset_;
}

bool EdnParser::next(Form* form) {
  form->clear(text_);
  open_.clear();
  while (true) {
    skip_space();
    if (offset_ >= text_.size()) {
      if (open_.empty() && entered_.empty()) return false;
      throw BadInput(FindingKind::kTruncated, offset_, "the file ends inside a value",
                     open_.empty() || open_.back().closer == 0 ? "the rest of it"
                                                               : quoted(open_.back().closer));
    }
    const char c = text_[offset_];
    if (c == ')' || c == ']' || c == '}') {
      if (open_.empty() && !entered_.empty() && c == entered_.back()) return false;
      close_collection(form);
    } else if (open_collection(form)) {
      continue;
    } else {
      read_scalar(form);
    }
    if (completed(form)) return true;
  }
}

void EdnParser::push(Form* form, DatumKind kind, char closer, size_t length, std::string_view tag) {
  if (open_.size() >= kDeepest) {
    throw BadInput(FindingKind::kTooDeep, offset_,
                   fmt::format("{} values in one another", kDeepest), "fewer");
  }
  const uint32_t node = form->open(kind, offset_, tag);
  open_.push_back({.node = node, .parts = 0, .closer = closer, .discard = false});
  offset_ += length;
}

bool EdnParser::open_collection(Form* form) {
  const char c = text_[offset_];
  if (c == '[') {
    push(form, DatumKind::kVector, ']', 1);
  } else if (c == '{') {
    push(form, DatumKind::kMap, '}', 1);
  } else if (notation_ == Notation::kJson) {
    return false;
  } else if (c == '(') {
    push(form, DatumKind::kList, ')', 1);
  } else if (c == '#' && text_.substr(offset_, 2) != "##") {
    read_dispatch(form);
  } else {
    return false;
  }
  return true;
}

void EdnParser::read_dispatch(Form* form) {
  if (offset_ + 1 >= text_.size()) {
    throw BadInput(FindingKind::kTruncated, offset_, "'#' at the end", "a tag, { or _");
  }
  const char next = text_[offset_ + 1];
  if (next == '{') {
    push(form, DatumKind::kSet, '}', 2);
    return;
  }
  if (next == '_') {
    if (open_.size() >= kDeepest) {
      throw BadInput(FindingKind::kTooDeep, offset_, "#_ in one another");
    }
    open_.push_back(
        {.node = static_cast<uint32_t>(form->size()), .parts = 0, .closer = 0, .discard = true});
    offset_ += 2;
    return;
  }
  size_t end = offset_ + 1;
  while (end < text_.size() && !ends_token(text_[end])) ++end;
  const std::string tag = as_utf8(text_.substr(offset_ + 1, end - offset_ - 1));
  if (tag.empty() || static_cast<unsigned char>(tag[0]) < 'A') {
    throw BadInput(FindingKind::kSyntax, offset_, "'#' before " + quoted(next), "a tag, { or _");
  }
  push(form, DatumKind::kTagged, 0, end - offset_, tag);
}

void EdnParser::close_collection(Form* form) {
  const char c = text_[offset_];
  if (open_.empty() || open_.back().closer != c) {
    throw BadInput(
        FindingKind::kSyntax, offset_, quoted(c) + " closes nothing",
        open_.empty() || open_.back().closer == 0 ? "a value" : quoted(open_.back().closer));
  }
  const Open done = open_.back();
  if (form->at(done.node).is(DatumKind::kMap) && done.parts % 2 != 0) {
    throw BadInput(FindingKind::kSyntax, offset_, "a map whose last key has no value", "a value");
  }
  open_.pop_back();
  form->close(done.node, done.parts);
  ++offset_;
}

bool EdnParser::completed(Form* form) {
  while (!open_.empty()) {
    ++open_.back().parts;
    if (open_.back().closer != 0) return false;
    const Open done = open_.back();
    open_.pop_back();
    if (done.discard) {
      form->truncate(done.node);
      return false;
    }
    form->close(done.node, 1);
  }
  return true;
}

void EdnParser::read_scalar(Form* form) {
  const char c = text_[offset_];
  if (c == '"') {
    read_string(form);
  } else if (!read_integer(form)) {
    read_token(form);
  }
}

// Up to 18 digits: what nearly all numbers are.
bool EdnParser::read_integer(Form* form) {
  const size_t begin = offset_;
  const bool negative = text_[begin] == '-';
  size_t at = begin + (negative ? 1 : 0);
  const size_t digits = at;
  int64_t value = 0;
  while (at < text_.size() && is_digit(text_[at]) && at - digits < 18) {
    value = value * 10 + (text_[at++] - '0');
  }
  if (at == digits || (text_[digits] == '0' && at - digits > 1)) return false;
  if (at < text_.size() && !ends_token(text_[at])) {
    // A key of a JSON object that is no string: its colon follows.
    if (notation_ != Notation::kJson || text_[at] != ':') return false;
  }
  form->add_scalar(DatumKind::kInteger, negative ? -value : value, begin);
  offset_ = at;
  return true;
}

void EdnParser::read_string(Form* form) {
  const uint64_t begin = offset_;
  size_t end = begin + 1;
  bool plain = true, escapes = false;
  while (end < text_.size() && text_[end] != '"') {
    const char c = text_[end];
    plain = plain && static_cast<signed char>(c) >= 0x20;
    escapes = escapes || c == '\\';
    end += c == '\\' ? 2 : 1;
  }
  if (end >= text_.size()) {
    throw BadInput(FindingKind::kTruncated, begin, "a string that does not end", "'\"'");
  }
  const std::string_view inside = text_.substr(begin + 1, end - begin - 1);
  if (!escapes && (plain || is_utf8(inside))) {
    form->add_slice(DatumKind::kString, begin + 1, inside.size(), begin);
    offset_ = end + 1;
    return;
  }
  std::string bytes;
  offset_ = begin + 1;
  while (offset_ < end) {
    if (text_[offset_] == '\\') {
      read_escape(&bytes);
    } else {
      bytes += text_[offset_++];
    }
  }
  offset_ = end + 1;
  form->add_text(DatumKind::kString, as_utf8(bytes), begin);
}

void EdnParser::read_escape(std::string* bytes) {
  const char c = text_[offset_ + 1];
  offset_ += 2;
  switch (c) {
    case 'n': *bytes += '\n'; return;
    case 't': *bytes += '\t'; return;
    case 'r': *bytes += '\r'; return;
    case 'b': *bytes += '\b'; return;
    case 'f': *bytes += '\f'; return;
    case '"':
    case '\\':
    case '/': *bytes += c; return;
    case 'u': break;
    default:
      throw BadInput(FindingKind::kSyntax, offset_ - 2, fmt::format("\\ before {}", quoted(c)),
                     "\\n, \\t, \\r, \\\", \\\\ or \\uNNNN");
  }
  uint32_t code = read_hex4();
  const bool high = code >= 0xd800 && code < 0xdc00;
  if (high && text_.substr(offset_, 2) == "\\u") {
    offset_ += 2;
    const uint32_t low = read_hex4();
    if (low >= 0xdc00 && low < 0xe000) {
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    } else {
      append_code_point(bytes, code);
      code = low;
    }
  }
  append_code_point(bytes, code);
}

uint32_t EdnParser::read_hex4() {
  const std::string_view digits = text_.substr(std::min<uint64_t>(offset_, text_.size()), 4);
  uint32_t code = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
  if (digits.size() < 4 || error != std::errc() || end != digits.data() + 4) {
    throw BadInput(FindingKind::kSyntax, offset_, "\\u without four digits", "\\uNNNN");
  }
  offset_ += 4;
  return code;
}

void EdnParser::read_token(Form* form) {
  const uint64_t begin = offset_;
  size_t end = begin;
  // \( is a character, also if a bracket comes after the backslash.
  if (text_[begin] == '\\') end = begin + 2;
  if (end > text_.size()) {
    throw BadInput(FindingKind::kTruncated, begin, "'\\' at the end", "a character");
  }
  while (end < text_.size() && !ends_token(text_[end])) {
    if (text_[end] == ':' && notation_ == Notation::kJson) break;
    ++end;
  }
  const std::string_view token = text_.substr(begin, end - begin);
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (token.empty() || std::any_of(token.begin(), token.end(), is_control)) {
    throw BadInput(FindingKind::kSyntax, begin, quoted(text_[begin]), "a value");
  }
  add_token(form, begin, token);
  offset_ = end;
}

void EdnParser::add_token(Form* form, uint64_t begin, std::string_view token) {
  const bool json = notation_ == Notation::kJson;
  if (token == (json ? "null" : "nil")) {
    form->add_scalar(DatumKind::kNil, 0, begin);
  } else if (token == "true" || token == "false") {
    form->add_scalar(DatumKind::kBoolean, token == "true" ? 1 : 0, begin);
  } else if (is_digit(token[0]) ||
             (token.size() > 1 && (token[0] == '-' || token[0] == '+') && is_digit(token[1]))) {
    add_number(form, begin, token);
  } else if (json) {
    throw BadInput(FindingKind::kSyntax, begin, as_utf8(token.substr(0, 20)), "a value of JSON");
  } else if (token[0] == ':') {
    if (token.size() == 1) throw BadInput(FindingKind::kSyntax, begin, "':'", "a keyword");
    add_name(form, DatumKind::kKeyword, begin, token.starts_with("::") ? 2 : 1, token);
  } else if (token[0] == '\\' || token.starts_with("##")) {
    add_name(form, DatumKind::kNumber, begin, 0, token);
  } else {
    add_name(form, DatumKind::kSymbol, begin, 0, token);
  }
}

void EdnParser::add_name(Form* form, DatumKind kind, uint64_t begin, size_t skip,
                         std::string_view token) {
  const std::string_view name = token.substr(skip);
  if (is_utf8(name)) {
    form->add_slice(kind, begin + skip, name.size(), begin);
  } else {
    form->add_text(kind, as_utf8(name), begin);
  }
}

// What does not fit into 64 bits, or is no integer, stays as it is written.
void EdnParser::add_number(Form* form, uint64_t begin, std::string_view token) {
  if (!std::all_of(token.begin(), token.end(), is_number_character)) {
    throw BadInput(FindingKind::kSyntax, begin, as_utf8(token.substr(0, 20)), "a number");
  }
  std::string_view digits = token.substr(token[0] == '+' ? 1 : 0);
  if (digits.ends_with('N')) digits.remove_suffix(1);
  int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  const size_t first = digits.starts_with('-') ? 1 : 0;
  const bool leading_zero = digits.size() > first + 1 && digits[first] == '0';
  if (error == std::errc() && end == digits.data() + digits.size() && !leading_zero) {
    form->add_scalar(DatumKind::kInteger, value, begin);
  } else {
    form->add_text(DatumKind::kNumber, digits, begin);
  }
}

}  // namespace seedbed

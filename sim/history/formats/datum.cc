#include "sim/history/formats/datum.h"

#include <fmt/core.h>

#include <algorithm>

#include "sim/core/check.h"
#include "sim/history/formats/bad_input.h"
#include "sim/history/formats/edn_parser.h"

namespace seedbed {
namespace {

constexpr size_t kLongestShown = 40;

void append_in_collection(const Datum& datum, std::string* text);

// Sorted parts of a set, or pairs of a map.
void append_sorted(const Datum& datum, size_t together, std::string* text) {
  std::vector<std::string> parts;
  size_t i = 0;
  for (const Datum& part : datum) {
    if (i++ % together == 0) {
      parts.emplace_back();
    } else {
      parts.back() += ' ';
    }
    append_in_collection(part, &parts.back());
  }
  std::sort(parts.begin(), parts.end());
  for (const std::string& part : parts) {
    if (&part != &parts.front()) *text += ' ';
    *text += part;
  }
}

void append_collection(const Datum& datum, std::string* text) {
  if (datum.is(DatumKind::kMap) || datum.is(DatumKind::kSet)) {
    const bool map = datum.is(DatumKind::kMap);
    *text += map ? "{" : "#{";
    append_sorted(datum, map ? 2 : 1, text);
    *text += '}';
    return;
  }
  *text += '[';
  bool first = true;
  for (const Datum& part : datum) {
    if (!first) *text += ' ';
    first = false;
    append_in_collection(part, text);
  }
  *text += ']';
}

void append_in_collection(const Datum& datum, std::string* text) {
  switch (datum.kind()) {
    case DatumKind::kNil: *text += "nil"; return;
    case DatumKind::kBoolean: *text += datum.integer() != 0 ? "true" : "false"; return;
    case DatumKind::kInteger: *text += fmt::format("{}", datum.integer()); return;
    case DatumKind::kNumber:
    case DatumKind::kSymbol: *text += datum.text(); return;
    case DatumKind::kString: *text += edn_string(datum.text()); return;
    case DatumKind::kKeyword:
      *text += ':';
      *text += datum.text();
      return;
    case DatumKind::kTagged:
      *text += '#';
      *text += datum.text();
      *text += ' ';
      append_in_collection(datum.part(0), text);
      return;
    default: append_collection(datum, text); return;
  }
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Whether a text begins as a value does that is no string.
bool is_suspicious(std::string_view text) {
  if (text.empty()) return false;
  const char c = text[0];
  if (is_digit(c) || std::string_view(":\"[({#\\'").find(c) != std::string_view::npos) return true;
  if ((c == '-' || c == '+') && text.size() > 1 && is_digit(text[1])) return true;
  return text == "nil" || text == "true" || text == "false";
}

bool is_plain_integer(std::string_view text) {
  const std::string_view digits = text.substr(text.starts_with('-') ? 1 : 0);
  if (digits.empty() || digits.size() > 18) return false;
  if (digits[0] == '0') return text == "0";
  return std::all_of(digits.begin(), digits.end(), is_digit);
}

// Whether `text` is the canonical text of something other than the string of these bytes.
bool is_of_another(std::string_view text) {
  if (!is_suspicious(text)) return false;
  if (is_plain_integer(text)) return true;
  const std::string edn(text.substr(text[0] == '\'' ? 1 : 0));
  try {
    EdnParser parser(edn, Notation::kEdn);
    Form form;
    if (!parser.next(&form)) return false;
    const bool alone = parser.offset() == edn.size();
    return alone && canonical_text(form.root()) == text;
  } catch (const BadInput&) {
    return false;
  }
}

}  // namespace

DatumKind Datum::kind() const { return form_->nodes_[index_].kind; }

bool Datum::is_sequence() const { return is(DatumKind::kVector) || is(DatumKind::kList); }

bool Datum::is_name() const {
  return is(DatumKind::kKeyword) || is(DatumKind::kString) || is(DatumKind::kSymbol);
}

int64_t Datum::integer() const { return static_cast<int64_t>(form_->nodes_[index_].payload); }

std::string_view Datum::text() const { return form_->text(form_->nodes_[index_]); }

uint64_t Datum::offset() const { return form_->offset_ + form_->nodes_[index_].offset; }

size_t Datum::size() const {
  return form_ != nullptr && kind() >= DatumKind::kVector ? form_->nodes_[index_].size : 0;
}

Datum Datum::part(size_t i) const {
  Iterator at = begin();
  for (size_t skipped = 0; skipped < i; ++skipped) ++at;
  return *at;
}

Datum::Iterator& Datum::Iterator::operator++() {
  index_ = form_->nodes_[index_].end;
  return *this;
}

Datum::Iterator Datum::begin() const { return {form_, index_ + 1}; }

Datum::Iterator Datum::end() const {
  return {form_, form_ == nullptr ? index_ + 1 : form_->nodes_[index_].end};
}

void Form::clear(std::string_view source) {
  nodes_.clear();
  copies_.clear();
  source_ = source;
}

uint32_t Form::add(Node node, uint64_t offset) {
  if (nodes_.empty()) offset_ = offset;
  if (nodes_.size() >= UINT32_MAX - 1 || offset - offset_ > UINT32_MAX) {
    throw BadInput(FindingKind::kAbsurdCount, offset, "a value with more than 2^32 parts or bytes");
  }
  const auto index = static_cast<uint32_t>(nodes_.size());
  node.offset = static_cast<uint32_t>(offset - offset_);
  node.end = index + 1;
  nodes_.push_back(node);
  return index;
}

uint32_t Form::add_scalar(DatumKind kind, int64_t number, uint64_t offset) {
  return add({.payload = static_cast<uint64_t>(number), .kind = kind}, offset);
}

uint32_t Form::add_text(DatumKind kind, std::string_view text, uint64_t offset) {
  const size_t begin = copies_.size();
  copies_ += text;
  return add(
      {.payload = begin, .size = static_cast<uint32_t>(text.size()), .kind = kind, .copied = true},
      offset);
}

uint32_t Form::add_slice(DatumKind kind, uint64_t begin, uint64_t size, uint64_t offset) {
  return add({.payload = begin, .size = static_cast<uint32_t>(size), .kind = kind}, offset);
}

uint32_t Form::open(DatumKind kind, uint64_t offset, std::string_view tag) {
  if (kind == DatumKind::kTagged) return add_text(kind, tag, offset);
  return add({.kind = kind}, offset);
}

void Form::close(uint32_t index, uint32_t parts) {
  nodes_[index].end = static_cast<uint32_t>(nodes_.size());
  if (nodes_[index].kind != DatumKind::kTagged) nodes_[index].size = parts;
}

uint32_t Form::add_copy(const Form& form, uint32_t index) {
  const auto first = static_cast<uint32_t>(nodes_.size());
  const uint32_t end = form.nodes_[index].end;
  for (uint32_t i = index; i < end; ++i) {
    Node node = form.nodes_[i];
    if (node.kind == DatumKind::kTagged ||
        (node.kind >= DatumKind::kNumber && node.kind < DatumKind::kVector)) {
      const std::string text(form.text(node));
      node.payload = copies_.size();
      node.copied = true;
      copies_ += text;
    }
    const uint32_t size = node.end - i;
    const uint32_t at = add(node, offset_);
    nodes_[at].end = at + size;
  }
  return first;
}

std::string canonical_text(const Datum& datum) {
  if (!datum) return "nil";
  if (datum.is(DatumKind::kString)) {
    const std::string_view bytes = datum.text();
    return is_of_another(bytes) ? edn_string(bytes) : std::string(bytes);
  }
  std::string text;
  if (datum.is(DatumKind::kSymbol)) text += '\'';
  append_in_collection(datum, &text);
  return text;
}

std::string edn_of(std::string_view canonical) {
  if (!is_of_another(canonical)) return edn_string(canonical);
  return std::string(canonical.substr(canonical[0] == '\'' ? 1 : 0));
}

std::string edn_string(std::string_view bytes) {
  std::string text = "\"";
  for (const char c : bytes) {
    switch (c) {
      case '"': text += "\\\""; break;
      case '\\': text += "\\\\"; break;
      case '\n': text += "\\n"; break;
      case '\r': text += "\\r"; break;
      case '\t': text += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          text += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
        } else {
          text += c;
        }
    }
  }
  return text + '"';
}

std::string shown(const Datum& datum) {
  if (!datum) return "nothing";
  std::string text;
  append_in_collection(datum, &text);
  if (text.size() <= kLongestShown) return text;
  size_t end = kLongestShown;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

}  // namespace seedbed

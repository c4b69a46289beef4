#include "sim/report/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace seedbed {
namespace {

constexpr size_t kLabelWidth = 14;

std::string label_lead(std::string_view label) {
  return fmt::format("  {:<{}}", label, kLabelWidth - 2);
}

// Takes the first line off `rest`: as many words as fit, or as much of a single one.
std::string_view take_line(std::string_view& rest, size_t width) {
  size_t end = rest.size();
  if (end > width) {
    end = rest.rfind(' ', width);
    if (end == std::string_view::npos || end == 0) end = width;
  }
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end);
  while (rest.starts_with(' ')) rest.remove_prefix(1);
  return line;
}

}  // namespace

std::string seconds_text(Duration duration) {
  const int64_t milliseconds = duration.count() / 1'000'000;
  const int64_t size = milliseconds < 0 ? -milliseconds : milliseconds;
  return fmt::format("{}{}.{:03} s", milliseconds < 0 ? "-" : "", size / 1000, size % 1000);
}

std::string seconds_text(Time time) { return seconds_text(time - kStart); }

std::string count_text(uint64_t count) {
  std::string digits = fmt::format("{}", count);
  for (size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, 1, ',');
  return digits;
}

std::string count_text(uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count_text(count), noun, count == 1 ? "" : "s");
}

std::string plain(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c == kHardBlank || c == '\n' || c == '\t' || c == '\r') c = ' ';
    if (c < ' ' || c > '~') c = '?';
  }
  return result;
}

std::string cut(std::string_view text, size_t width) {
  if (text.size() <= width) return std::string(text);
  if (width < 3) return std::string(text.substr(0, width));
  return std::string(text.substr(0, width - 2)) + "..";
}

std::string Ink::dress(std::string_view code, std::string_view text) const {
  return on_ ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
}

void Page::paragraph(size_t indent, std::string_view text) {
  hanging(std::string(indent, ' '), text);
}

void Page::item(std::string_view label, std::string_view text) { hanging(label_lead(label), text); }

void Page::verbatim(std::string_view label, std::string_view text) {
  line(label_lead(label) + plain(text));
}

void Page::hanging(std::string_view lead, std::string_view text) {
  // Breaks first, so that hard blanks are no place for it.
  std::string clean(text);
  for (char& c : clean) {
    if (c != kHardBlank) c = plain(std::string_view(&c, 1)).front();
  }
  std::string_view rest = clean;
  std::string begin(lead);
  const size_t width = kReportWidth - std::min(lead.size(), kReportWidth / 2);
  do {
    begin += take_line(rest, width);
    line(plain(begin));
    begin.assign(lead.size(), ' ');
  } while (!rest.empty());
}

}  // namespace seedbed

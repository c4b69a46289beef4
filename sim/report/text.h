// How reports write numbers, times and lines. Everything here is plain text: nothing a protocol or
// a message holds can move the cursor of the reader's terminal.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sim/core/time.h"

namespace seedbed {

inline constexpr size_t kReportWidth = 100;

// "1.204 s": since the start of the run, rounded down to milliseconds.
std::string seconds_text(Time time);
std::string seconds_text(Duration duration);
// "48,211".
std::string count_text(uint64_t count);
// "1 event", "48,211 events".
std::string count_text(uint64_t count, std::string_view noun);
// Printable ASCII only: white space becomes a blank, everything else a question mark.
std::string plain(std::string_view text);
// In a text that is broken into lines: a blank that stays a blank.
inline constexpr char kHardBlank = '\x1f';
// At most `width` characters: a text that is cut ends in "..".
std::string cut(std::string_view text, size_t width);

// Emphasis for terminals, or none: words always say the same without it.
class Ink {
 public:
  explicit Ink(bool on) : on_(on) {}
  std::string bold(std::string_view text) const { return dress("1", text); }
  std::string bad(std::string_view text) const { return dress("1;31", text); }
  std::string good(std::string_view text) const { return dress("1;32", text); }
  std::string doubtful(std::string_view text) const { return dress("1;33", text); }

 private:
  std::string dress(std::string_view code, std::string_view text) const;

  bool on_;
};

// A page is written from top to bottom.
class Page {
 public:
  // As it is.
  void line(std::string_view text) { (text_ += text) += '\n'; }
  void blank() { text_ += '\n'; }
  // Lines with their ends.
  void append(std::string_view lines) { text_ += lines; }
  // Broken into lines of at most kReportWidth characters, each `indent` blanks in.
  void paragraph(size_t indent, std::string_view text);
  // "  label        text": the text has a column of its own, and stays in it over several lines.
  void item(std::string_view label, std::string_view text);
  // The same for what the reader will copy: never broken, never cut.
  void verbatim(std::string_view label, std::string_view text);
  // A text whose first line begins with `lead`, and the others below what follows it.
  void hanging(std::string_view lead, std::string_view text);

  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

}  // namespace seedbed

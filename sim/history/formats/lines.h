// Texts by lines.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace seedbed {

// Goes through the lines of a text.
//
//   for (Lines lines(text); lines.next();) use(lines.line(), lines.number());
class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text) {}

  // False at the end. An empty line after the last newline is none.
  bool next() {
    if (end_ >= text_.size()) return false;
    begin_ = end_;
    const size_t newline = std::min(text_.find('\n', begin_), text_.size());
    line_ = text_.substr(begin_, newline - begin_);
    if (line_.ends_with('\r')) line_.remove_suffix(1);
    end_ = std::min(newline + 1, text_.size());
    ++number_;
    return true;
  }

  std::string_view line() const { return line_; }  // without its end
  uint64_t number() const { return number_; }      // from 1
  uint64_t offset() const { return begin_; }       // of its first byte

 private:
  std::string_view text_;
  std::string_view line_;
  size_t begin_ = 0;
  size_t end_ = 0;
  uint64_t number_ = 0;
};

// The numbers of the lines in which offsets lie. Offsets that ascend cost no more than one pass.
class LineNumbers {
 public:
  explicit LineNumbers(std::string_view text) : text_(text) {}

  uint64_t at(uint64_t offset) {
    if (offset < offset_) {
      offset_ = 0;
      line_ = 1;
    }
    const std::string_view between = text_.substr(offset_, offset - offset_);
    line_ += static_cast<uint64_t>(std::count(between.begin(), between.end(), '\n'));
    offset_ = std::min<uint64_t>(offset, text_.size());
    return line_;
  }

 private:
  std::string_view text_;
  uint64_t offset_ = 0;
  uint64_t line_ = 1;
};

// Whether `text` holds `word` within its first `within` bytes.
inline bool begins_with_text(std::string_view text, std::string_view word, size_t within = 4096) {
  return text.substr(0, within).find(word) != std::string_view::npos;
}

}  // namespace seedbed

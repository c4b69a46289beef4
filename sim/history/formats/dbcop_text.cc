// dbcop's .hist texts (https://github.com/rnbguy/dbcop, docs/history-format.md): transactions in
// brackets, [x:=1 y==2 z==?]; `!` behind one that did not commit; dashes between sessions; //
// begins a comment. x==? found nothing.
#include <fmt/core.h>

#include <charconv>

#include "sim/history/formats/bad_input.h"
#include "sim/history/formats/lines.h"
#include "sim/history/formats/readers.h"
#include "sim/history/formats/session_draft.h"

namespace seedbed {
namespace {

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

class DbcopText {
 public:
  explicit DbcopText(std::string_view text) : text_(text), lines_(text) {}

  HistoryParts read() {
    for (skip_space(); at_ < text_.size(); skip_space()) {
      if (text_[at_] == '-') {
        while (at_ < text_.size() && text_[at_] == '-') ++at_;
        ++session_;
      } else {
        read_transaction();
      }
    }
    return draft_.take(Places::kLines);
  }

 private:
  [[noreturn]] void wrong(const std::string& expected) const {
    if (at_ >= text_.size()) {
      throw BadInput(FindingKind::kTruncated, at_, "the end of the file", expected);
    }
    const auto byte = static_cast<unsigned char>(text_[at_]);
    throw BadInput(FindingKind::kSyntax, at_,
                   byte > 0x20 && byte < 0x7f ? fmt::format("'{}'", text_[at_])
                                              : fmt::format("the byte 0x{:02x}", byte),
                   expected);
  }

  void skip_space() {
    while (at_ < text_.size()) {
      if (text_.substr(at_, 2) == "//") {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) {
        ++at_;
      } else {
        return;
      }
    }
  }

  bool take(std::string_view token) {
    if (text_.substr(at_, token.size()) != token) return false;
    at_ += token.size();
    return true;
  }

  void read_transaction() {
    const uint64_t line = lines_.at(at_);
    if (!take("[")) wrong("'[', dashes or //");
    draft_.begin({.session = session_, .place = line});
    skip_space();
    do {
      read_event();
      skip_space();
    } while (!take("]"));
    draft_.end(take("!") ? Outcome::kFail : Outcome::kOk, "not committed");
  }

  void read_event() {
    const size_t begin = at_;
    while (at_ < text_.size() && is_word(text_[at_])) ++at_;
    if (at_ == begin) wrong("a variable");
    Step step{.key = draft_.value(text_.substr(begin, at_ - begin))};
    if (take(":=")) {
      step.kind = StepKind::kWrite;
      step.value = version();
    } else if (take("==?")) {
      step.found = Found::kNothing;
    } else if (take("==")) {
      step.found = Found::kValue;
      step.value = version();
    } else {
      wrong("':=' or '=='");
    }
    draft_.step(step);
  }

  ValueId version() {
    const size_t begin = at_;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
    int64_t number = 0;
    const auto [end, error] = std::from_chars(text_.data() + begin, text_.data() + at_, number);
    if (error != std::errc() || end != text_.data() + at_) {
      at_ = begin;
      wrong("a version, a number");
    }
    return draft_.value(number);
  }

  std::string_view text_;
  LineNumbers lines_;
  size_t at_ = 0;
  uint32_t session_ = 1;
  SessionDraft draft_;
};

}  // namespace

bool detect_dbcop_text(const Input& input) {
  if (input.directory) return false;
  for (Lines lines(input.files[0].bytes); lines.next();) {
    const std::string_view line = lines.line();
    if (line.empty() || line.starts_with("//") || line.starts_with("-")) continue;
    const bool event = line.find(":=") != line.npos || line.find("==") != line.npos;
    return line.starts_with("[") && event && line.find('"') == line.npos;
  }
  return false;
}

HistoryParts read_dbcop_text(const Input& input, Findings* findings) {
  findings->set_places(Places::kLines);
  return DbcopText(input.files[0].bytes).read();
}

}  // namespace seedbed

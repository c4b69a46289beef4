#include "sim/history/formats/edn_ops.h"

#include "sim/history/formats/lines.h"

namespace seedbed {
namespace {

class EdnOps {
 public:
  EdnOps(std::string_view text, Notation notation)
      : parser_(text, notation), lines_(text), listed_(parser_.enter()) {}

  bool next(JepsenOp* op) {
    if (!parser_.next(&form_)) {
      if (listed_) parser_.leave();
      listed_ = false;
      return false;
    }
    *op = op_of(form_.root());
    op->place = lines_.at(form_.root().offset());
    return true;
  }

 private:
  EdnParser parser_;
  LineNumbers lines_;
  bool listed_;
  Form form_;
};

}  // namespace

OpSource edn_operations(std::string_view text, Notation notation) {
  auto ops = std::make_shared<EdnOps>(text, notation);
  return [ops](JepsenOp* op) { return ops->next(op); };
}

char first_character(std::string_view text, std::string_view* after) {
  for (size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == ';') {
      at = std::min(text.find('\n', at), text.size());
    } else if (std::string_view(" \t\r\n,").find(c) == std::string_view::npos) {
      *after = text.substr(at + 1);
      return c;
    }
  }
  *after = {};
  return '\0';
}

}  // namespace seedbed

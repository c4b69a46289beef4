// Jepsen's history.txt: process, type, function and value in columns, separated by tabs, and
// perhaps an error, which may be any text. The logs of Jepsen's etcd test in Porcupine
// (https://github.com/anishathalye/porcupine, test_data/jepsen) are the same behind
// "INFO  jepsen.util - ", some with blanks for tabs.
#include <fmt/core.h>

#include "sim/history/formats/bad_input.h"
#include "sim/history/formats/edn_parser.h"
#include "sim/history/formats/jepsen_op.h"
#include "sim/history/formats/lines.h"
#include "sim/history/formats/readers.h"
#include "sim/history/formats/utf8.h"

namespace seedbed {
namespace {

constexpr std::string_view kLogger = " jepsen.util - ";

// Where the columns of a line begin; npos if it has none.
size_t columns_of(std::string_view line, bool log) {
  if (!log) return line.find('\t') == std::string_view::npos ? line.npos : 0;
  const size_t logger = line.find(kLogger);
  if (logger == std::string_view::npos) return line.npos;
  const size_t columns = logger + kLogger.size();
  return line.find(':', columns) == std::string_view::npos ? line.npos : columns;
}

class TextOps {
 public:
  TextOps(std::string_view text, bool log, Findings* findings)
      : text_(text), log_(log), findings_(findings), lines_(text) {}

  bool next(JepsenOp* op) {
    while (lines_.next()) {
      const std::string_view line = lines_.line();
      const size_t columns = columns_of(line, log_);
      if (columns != std::string_view::npos) {
        *op = parse(line, columns);
        return true;
      }
      const bool blank = line.find_first_not_of(" \t") == std::string_view::npos;
      if (!blank && findings_ != nullptr) {
        findings_->add(FindingKind::kSkippedLine, lines_.number(), "a line without columns",
                       "process, type, function and value, with tabs between them");
      }
    }
    return false;
  }

 private:
  JepsenOp parse(std::string_view line, size_t begin) {
    JepsenOp op;
    op.place = lines_.number();
    Datum* const parts[] = {&op.process, &op.type, &op.function, &op.value, &op.error};
    for (size_t i = 0; i < std::size(parts) && begin < line.size(); ++i) {
      const size_t tab = log_ ? line.size() : std::min(line.find('\t', begin), line.size());
      const size_t end = parts[i] == &op.error ? line.size() : tab;
      begin = read_column(begin, end, parts[i] == &op.error, &forms_[i]);
      if (!forms_[i].empty()) *parts[i] = forms_[i].root();
    }
    return op;
  }

  // In a log a column ends with its value, else at a tab: strings have theirs as \t. Gives where
  // the next one begins.
  size_t read_column(size_t begin, size_t end, bool any_text, Form* form) {
    const uint64_t line = lines_.offset();
    EdnParser parser(text_.substr(0, line + end), Notation::kEdn, line + begin);
    try {
      parser.next(form);
      const uint64_t after = parser.offset();
      if (after == line + end) return end + 1;
      if (log_ && !any_text) return after - line;
    } catch (const BadInput&) {
      if (!any_text) throw;
    }
    if (any_text) {
      form->clear();
      const std::string_view text = text_.substr(line + begin, end - begin);
      form->add_text(DatumKind::kString, as_utf8(text), line + begin);
      return end + 1;
    }
    throw BadInput(FindingKind::kSyntax, parser.offset(), "more than one value in a column",
                   "a tab");
  }

  std::string_view text_;
  bool log_;
  Findings* findings_;
  Lines lines_;
  Form forms_[5];
};

HistoryParts read(const Input& input, bool log, Findings* findings) {
  findings->set_places(Places::kLines);
  const std::string_view text = input.files[0].bytes;
  int opened = 0;
  // What is skipped is noted in the second pass alone.
  const auto open = [&]() -> OpSource {
    auto ops = std::make_shared<TextOps>(text, log, ++opened > 1 ? findings : nullptr);
    return [ops](JepsenOp* op) { return ops->next(op); };
  };
  return read_operations(open, findings);
}

bool has_columns(std::string_view text, bool log) {
  for (Lines lines(text.substr(0, size_t{1} << 16)); lines.next();) {
    const size_t columns = columns_of(lines.line(), log);
    if (columns == std::string_view::npos) continue;
    const std::string_view line = lines.line().substr(columns);
    const size_t process = std::min(line.find_first_of("\t "), line.size());
    const size_t type = std::min(line.find_first_not_of("\t ", process), line.size());
    const std::string_view rest = line.substr(type);
    return rest.starts_with(":invoke") || rest.starts_with(":info") || rest.starts_with(":ok") ||
           rest.starts_with(":fail");
  }
  return false;
}

}  // namespace

bool detect_jepsen_text(const Input& input) {
  return !input.directory && has_columns(input.files[0].bytes, false);
}

HistoryParts read_jepsen_text(const Input& input, Findings* findings) {
  return read(input, false, findings);
}

bool detect_porcupine_etcd(const Input& input) {
  return !input.directory && has_columns(input.files[0].bytes, true);
}

HistoryParts read_porcupine_etcd(const Input& input, Findings* findings) {
  return read(input, true, findings);
}

}  // namespace seedbed

#include "tests/tidy/shape_rules.h"

#include <algorithm>
#include <cctype>
#include <regex>
#include <string>

#include "tests/tidy/text.h"

namespace seedbed::tidy {
namespace {

bool is_cpp(std::string_view path) { return path.ends_with(".h") || path.ends_with(".cc"); }

bool is_prose(std::string_view path) {
  return path.ends_with(".md") || path.starts_with("docs/") || path == "LICENSE";
}

// Finds functions by their braces. `head_` is the text since the last statement ended: what stands
// before an opening brace tells what the brace opens.
class FunctionScanner {
 public:
  explicit FunctionScanner(const SourceFile& file) : path_(file.path) {
    const std::string code = without_directives(code_only(file.text));
    for (const char c : code) step(c);
  }
  Findings take() { return std::move(findings_); }

 private:
  enum class Brace { kScope, kFunction, kExpression };
  struct Open {
    Brace brace;
    int line;
    std::string name;
  };

  void step(char c) {
    if (c == '\n') ++line_;
    if (c == '{') {
      open();
    } else if (c == '}') {
      close();
    } else if (c == ';') {
      if (!inside(Brace::kExpression)) head_.clear();
    } else {
      head_ += c == '\n' ? ' ' : c;
    }
  }

  void open() {
    const Brace brace = classify();
    open_.push_back({brace, line_, name()});
    if (brace == Brace::kExpression) {
      head_ += '{';
    } else {
      head_.clear();
    }
  }

  void close() {
    if (open_.empty()) return;
    const Open opened = open_.back();
    open_.pop_back();
    if (opened.brace == Brace::kExpression) {
      head_ += '}';
      return;
    }
    head_.clear();
    const int length = line_ - opened.line + 1;
    if (opened.brace == Brace::kFunction && length > kMaxFunctionLines) {
      findings_.push_back({path_, opened.line, "function-length",
                           opened.name + " has " + std::to_string(length) + " lines, more than " +
                               std::to_string(kMaxFunctionLines)});
    }
  }

  bool inside(Brace brace) const {
    return std::any_of(open_.begin(), open_.end(),
                       [&](const Open& open) { return open.brace == brace; });
  }

  Brace classify() const {
    // What is inside a function or an initialiser belongs to it.
    if (inside(Brace::kFunction) || inside(Brace::kExpression)) return Brace::kExpression;
    static const std::regex kTemplate(R"(\btemplate\s*<[^{}]*?>\s*(?=[a-zA-Z\[]))");
    static const std::regex kScope(R"(^\s*((public|private|protected)\s*:\s*)*)"
                                   R"((inline\s+)?(namespace|class|struct|union|enum)\b)");
    static const std::regex kLinkage(R"re(^\s*extern\s+"[^"]*"\s*$)re");
    static const std::regex kInitialised(R"(\)\s*(noexcept\s*)?:(?!:))");
    static const std::regex kAssigned(R"([^=!<>]=\s*$)");
    const std::string head = std::regex_replace(head_, kTemplate, "");
    const auto depth =
        std::count(head.begin(), head.end(), '(') - std::count(head.begin(), head.end(), ')');
    if (depth > 0) return Brace::kExpression;
    if (std::regex_search(head, kScope) || std::regex_search(head, kLinkage)) return Brace::kScope;
    if (head.find('(') == std::string::npos) return Brace::kExpression;
    if (std::regex_search(head, kAssigned) && head.find("operator") == std::string::npos) {
      return Brace::kExpression;
    }
    // `Type() : member_{...}`: a brace directly behind a member's name initialises it.
    const size_t last = head.find_last_not_of(' ');
    const bool behind_a_name = std::isalnum(static_cast<unsigned char>(head[last])) ||
                               head[last] == '_' || head[last] == '>';
    if (behind_a_name && std::regex_search(head, kInitialised)) return Brace::kExpression;
    return Brace::kFunction;
  }

  // The last word before the first parenthesis.
  std::string name() const {
    const size_t paren = std::min(head_.find('('), head_.size());
    const size_t space = head_.find_last_of(" *&", paren == 0 ? 0 : paren - 1);
    return head_.substr(space == std::string::npos ? 0 : space + 1,
                        paren - (space == std::string::npos ? 0 : space + 1));
  }

  std::string path_;
  std::string head_;
  std::vector<Open> open_;
  int line_ = 1;
  Findings findings_;
};

}  // namespace

Findings check_columns(const SourceFile& file) {
  if (is_prose(file.path)) return {};
  Findings findings;
  int number = 0;
  for (const std::string_view line : lines(file.text)) {
    ++number;
    if (const int width = columns(line); width > kMaxColumns) {
      findings.push_back(
          {file.path, number, "columns",
           std::to_string(width) + " columns, more than " + std::to_string(kMaxColumns)});
    }
  }
  return findings;
}

Findings check_file_length(const SourceFile& file) {
  const int length = static_cast<int>(lines(file.text).size());
  if (length <= kMaxFileLines) return {};
  return {{file.path, 0, "file-length",
           std::to_string(length) + " lines, more than " + std::to_string(kMaxFileLines)}};
}

Findings check_function_length(const SourceFile& file) {
  if (!is_cpp(file.path)) return {};
  return FunctionScanner(file).take();
}

Findings check_depth(const SourceFile& file) {
  const auto folders = std::count(file.path.begin(), file.path.end(), '/');
  if (folders <= kMaxFolders) return {};
  return {{file.path, 0, "depth", "more than three folders deep"}};
}

Findings check_pragma_once(const SourceFile& file) {
  if (!file.path.ends_with(".h")) return {};
  const std::vector<std::string_view> all = lines(file.text);
  const auto count = std::count(all.begin(), all.end(), "#pragma once");
  if (count == 1) return {};
  return {{file.path, 0, "pragma-once",
           "#pragma once stands here " + std::to_string(count) + " times"}};
}

Findings check_page_title(const SourceFile& file) {
  if (!file.path.ends_with(".md")) return {};
  Findings findings;
  int number = 0, titles = 0;
  bool in_code = false, seen_text = false;
  for (const std::string_view line : lines(file.text)) {
    ++number;
    if (line.starts_with("```")) in_code = !in_code;
    const bool title = !in_code && line.starts_with("# ");
    if (title && ++titles > 1) {
      findings.push_back({file.path, number, "page-title", "a second title"});
    }
    if (!title && !seen_text && !line.empty()) {
      findings.push_back({file.path, number, "page-title", "a page begins with `# Title`"});
    }
    seen_text = seen_text || !line.empty();
  }
  if (titles == 0 && !seen_text) findings.push_back({file.path, 0, "page-title", "an empty page"});
  return findings;
}

}  // namespace seedbed::tidy

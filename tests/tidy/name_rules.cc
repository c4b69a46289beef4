#include "tests/tidy/name_rules.h"

#include <map>
#include <optional>
#include <regex>
#include <string>
#include <utility>

#include "tests/tidy/text.h"

namespace seedbed::tidy {
namespace {

bool is_cpp(std::string_view path) { return path.ends_with(".h") || path.ends_with(".cc"); }
bool is_test(std::string_view path) { return path.starts_with("tests/"); }

// The namespaces around a line; an anonymous one is "".
class Namespaces {
 public:
  void read(const std::string& line) {
    static const std::regex kOpens(R"(^(?:inline )?namespace ([\w:]*) ?\{$)");
    std::smatch match;
    if (std::regex_match(line, match, kOpens)) {
      open_.push_back(match[1]);
    } else if (line.starts_with("}  // namespace") && !open_.empty()) {
      open_.pop_back();
    }
  }
  // Nothing if the line belongs to its file alone.
  std::optional<std::string> shared() const {
    std::string name;
    for (const std::string& part : open_) {
      if (part.empty()) return std::nullopt;
      name += part + "::";
    }
    return name;
  }

 private:
  std::vector<std::string> open_;
};

// The name of the type that the line begins to define.
std::optional<std::string> defined_type(const std::string& line) {
  static const std::regex kDefines(
      R"(^(?:struct|class|enum class) (\w+)(?: final)?(?: :.*)? \{.*$)");
  std::smatch match;
  if (!std::regex_match(line, match, kDefines)) return std::nullopt;
  return match[1];
}

class TypeNames {
 public:
  // Types of tests are compared with those of the product, not with each other.
  void read(const SourceFile& file) {
    Namespaces namespaces;
    int number = 0;
    for (const std::string_view text : lines(file.text)) {
      ++number;
      const std::string line(text);
      namespaces.read(line);
      const auto type = defined_type(line);
      const auto space = namespaces.shared();
      if (type && space) define(*space + *type, file.path, number);
    }
  }
  const Findings& findings() const { return findings_; }

 private:
  void define(const std::string& name, const std::string& path, int line) {
    const auto other = defined_in_.find(name);
    if (other != defined_in_.end()) {
      findings_.push_back({.path = path,
                           .line = line,
                           .rule = "type names",
                           .message = name + " is defined in " + other->second + " as well"});
    } else if (!is_test(path)) {
      defined_in_.emplace(name, path);
    }
  }

  std::map<std::string, std::string> defined_in_;
  Findings findings_;
};

}  // namespace

Findings check_type_names(const std::vector<SourceFile>& files) {
  TypeNames names;
  for (const bool tests : {false, true}) {
    for (const SourceFile& file : files) {
      if (is_cpp(file.path) && is_test(file.path) == tests) names.read(file);
    }
  }
  return names.findings();
}

}  // namespace seedbed::tidy

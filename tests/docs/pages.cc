#include "tests/docs/pages.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <sstream>

namespace seedbed::docs {
namespace {

// The lines of a page that are no code.
std::vector<std::string> prose_lines(std::string_view page) {
  std::vector<std::string> result;
  std::istringstream in{std::string(page)};
  bool in_code = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("```")) {
      in_code = !in_code;
    } else if (!in_code) {
      result.push_back(line);
    }
  }
  return result;
}

bool leaves_the_repository(const std::string& target) {
  return target.find("://") != std::string::npos || target.starts_with("mailto:");
}

std::string trimmed(std::string text) {
  const size_t first = text.find_first_not_of(" `");
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(" `") - first + 1);
}

bool is_rule_between_head_and_rows(const Row& row) {
  return std::all_of(row.begin(), row.end(), [](const std::string& cell) {
    return !cell.empty() && cell.find_first_not_of("-:") == std::string::npos;
  });
}

}  // namespace

std::vector<std::string> relative_links(std::string_view page) {
  static const std::regex kCode("`[^`]*`");
  static const std::regex kLink(R"(\]\(([^)\s]+)\))");
  std::vector<std::string> links;
  for (const std::string& line : prose_lines(page)) {
    const std::string text = std::regex_replace(line, kCode, "code");
    for (std::sregex_iterator at(text.begin(), text.end(), kLink), end; at != end; ++at) {
      std::string target = (*at)[1];
      if (leaves_the_repository(target)) continue;
      target = target.substr(0, target.find('#'));
      if (!target.empty()) links.push_back(target);
    }
  }
  return links;
}

std::string resolve(std::string_view page_path, std::string_view target) {
  const auto folder = std::filesystem::path(page_path).parent_path();
  return (folder / target).lexically_normal().generic_string();
}

std::vector<std::string> dead_links(std::string_view page_path, std::string_view page,
                                    const std::function<bool(const std::string&)>& exists) {
  std::vector<std::string> dead;
  for (const std::string& target : relative_links(page)) {
    if (!exists(resolve(page_path, target))) {
      dead.push_back(std::string(page_path) + " links to " + target + ", which does not exist");
    }
  }
  return dead;
}

std::vector<Row> table_rows(std::string_view page) {
  std::vector<Row> rows;
  bool in_table = false;
  for (const std::string& line : prose_lines(page)) {
    if (!line.starts_with("|")) {
      in_table = false;
      continue;
    }
    Row row;
    std::istringstream in(line.substr(1));
    for (std::string cell; std::getline(in, cell, '|');) row.push_back(trimmed(cell));
    const bool head = !in_table;
    in_table = true;
    if (!head && !is_rule_between_head_and_rows(row)) rows.push_back(row);
  }
  return rows;
}

std::vector<std::string> chapter_problems(const std::vector<std::string>& names,
                                          std::string_view page) {
  static const std::set<std::string> kStatuses = {"not yet", "part", "done"};
  constexpr size_t kCells = 5;
  std::vector<std::string> problems;
  std::map<std::string, int> rows_of;
  for (const std::string& name : names) rows_of[name] = 0;
  for (const Row& row : table_rows(page)) {
    const std::string& name = row[0];
    if (!rows_of.contains(name)) {
      problems.push_back("the row " + name + " is not in the list of names");
    } else if (++rows_of[name] > 1) {
      problems.push_back(name + " has a second row");
    }
    if (row.size() != kCells) {
      problems.push_back(name + " has " + std::to_string(row.size()) + " cells instead of 5");
    } else if (!kStatuses.contains(row.back())) {
      problems.push_back(name + " has the status " + row.back());
    } else if (row.back() != "not yet" && row[1].find("](") == std::string::npos) {
      problems.push_back(name + " is " + row.back() + " and links to nothing");
    }
  }
  for (const auto& [name, rows] : rows_of) {
    if (rows == 0) problems.push_back(name + " has no row");
  }
  return problems;
}

std::vector<std::string> code_blocks(std::string_view page, std::string_view language) {
  std::vector<std::string> blocks;
  std::istringstream in{std::string(page)};
  bool in_code = false, wanted = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("```")) {
      in_code = !in_code;
      wanted = in_code && std::string_view(line).substr(3) == language;
      if (wanted) blocks.emplace_back();
    } else if (wanted) {
      blocks.back() += line + '\n';
    }
  }
  return blocks;
}

std::vector<std::string> marked_parts(std::string_view source) {
  std::vector<std::string> parts;
  std::istringstream in{std::string(source)};
  bool inside = false;
  size_t indentation = 0;
  for (std::string line; std::getline(in, line);) {
    if (trimmed(line) == "// ---") {
      inside = !inside;
      indentation = line.find('/');
      if (inside) parts.emplace_back();
    } else if (inside) {
      parts.back() += line.substr(std::min(indentation, line.size())) + '\n';
    }
  }
  return parts;
}

std::vector<std::string> code_problems(std::string_view page,
                                       const std::vector<std::string>& sources) {
  std::vector<std::string> problems;
  std::vector<std::string> parts;
  for (const std::string& source : sources) {
    for (std::string& part : marked_parts(source)) parts.push_back(std::move(part));
  }
  const std::vector<std::string> blocks = code_blocks(page, "cpp");
  for (const std::string& block : blocks) {
    if (std::find(parts.begin(), parts.end(), block) == parts.end()) {
      problems.push_back("no test has this code:\n" + block);
    }
  }
  for (const std::string& part : parts) {
    if (std::find(blocks.begin(), blocks.end(), part) == blocks.end()) {
      problems.push_back("this code is not on the page:\n" + part);
    }
  }
  return problems;
}

}  // namespace seedbed::docs

#include "tests/tidy/tree.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

namespace seedbed::tidy {
namespace {

namespace fs = std::filesystem;

bool is_ours(const fs::path& folder) {
  static const std::set<std::string> kOthers = {"build",        ".git", ".cache",     ".seedbed",
                                                "node_modules", "raw",  "__pycache__"};
  return !kOthers.contains(folder.filename().string());
}

bool is_text(const fs::path& file) {
  static const std::set<std::string> kKinds = {".h",    ".cc", ".c",    ".proto", ".textproto",
                                               ".md",   ".sh", ".json", ".cmake", ".in",
                                               ".yaml", ".ts", ".tsx",  ".txt",   ""};
  return kKinds.contains(file.extension().string()) && file.filename() != ".git";
}

bool applies(const Exception& exception, const Finding& finding) {
  return finding.rule == exception.rule && finding.path.starts_with(exception.files);
}

}  // namespace

std::string to_string(const Findings& findings) {
  std::string text;
  for (const Finding& finding : findings) {
    text += finding.path + ":" + std::to_string(finding.line) + ": " + finding.rule + ": " +
            finding.message + "\n";
  }
  return text;
}

std::vector<SourceFile> read_tree(const std::string& root) {
  std::vector<SourceFile> files;
  fs::recursive_directory_iterator at(root), end;
  for (; at != end; ++at) {
    if (at->is_directory()) {
      if (!is_ours(at->path())) at.disable_recursion_pending();
    } else if (at->is_regular_file() && is_text(at->path())) {
      std::ifstream in(at->path(), std::ios::binary);
      files.push_back({fs::relative(at->path(), root).generic_string(),
                       {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()}});
    }
  }
  std::sort(files.begin(), files.end(),
            [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return files;
}

Findings without_exceptions(const Findings& findings, const std::vector<Exception>& exceptions) {
  Findings left;
  for (const Finding& finding : findings) {
    if (std::none_of(exceptions.begin(), exceptions.end(),
                     [&](const Exception& exception) { return applies(exception, finding); })) {
      left.push_back(finding);
    }
  }
  return left;
}

std::vector<Exception> idle_exceptions(const Findings& findings,
                                       const std::vector<Exception>& exceptions) {
  std::vector<Exception> idle;
  for (const Exception& exception : exceptions) {
    if (std::none_of(findings.begin(), findings.end(),
                     [&](const Finding& finding) { return applies(exception, finding); })) {
      idle.push_back(exception);
    }
  }
  return idle;
}

}  // namespace seedbed::tidy

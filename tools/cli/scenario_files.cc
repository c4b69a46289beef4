#include "tools/cli/scenario_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <set>
#include <system_error>

#include "sim/core/check.h"
#include "sim/run/suggest.h"

namespace seedbed {

namespace fs = std::filesystem;

namespace {

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

bool looks_like_a_path(std::string_view wanted) {
  return wanted.starts_with('/') || wanted.starts_with("./") || wanted.starts_with("../") ||
         wanted.ends_with(kScenarioSuffix);
}

}  // namespace

ScenarioFiles::ScenarioFiles(const std::vector<ScenarioDirectory>& directories) {
  for (const ScenarioDirectory& directory : directories) {
    std::error_code error;
    const fs::path path = fs::canonical(directory.path, error);
    if (error || !fs::is_directory(path, error)) continue;
    const auto same = std::find_if(directories_.begin(), directories_.end(),
                                   [&](const auto& known) { return known.path == path; });
    if (same == directories_.end()) {
      directories_.push_back({path, directory.found_from_everywhere});
    } else {
      same->found_from_everywhere |= directory.found_from_everywhere;
    }
  }
}

ScenarioFile ScenarioFiles::find(const std::string& wanted) const {
  if (is_file(wanted)) return {.name = wanted, .path = fs::absolute(wanted)};
  for (const ScenarioDirectory& directory : directories_) {
    for (const std::string& name : {wanted + std::string(kScenarioSuffix), wanted}) {
      const fs::path path = directory.path / name;
      if (!wanted.starts_with('/') && is_file(path)) {
        return {.name = fs::path(name).replace_extension().string(),
                .path = path,
                .found_from_everywhere = directory.found_from_everywhere};
      }
    }
  }
  unknown(wanted);
}

void ScenarioFiles::unknown(const std::string& wanted) const {
  std::error_code ignored;
  if (fs::is_directory(wanted, ignored)) {
    throw ConfigError(
        fmt::format("{}: a directory, not a scenario; name one of its files", wanted));
  }
  if (looks_like_a_path(wanted)) {
    throw ConfigError(fmt::format("{}: there is no such file (seedbed list scenarios)", wanted));
  }
  std::vector<std::string> names;
  for (const ScenarioFile& file : all()) names.push_back(file.name);
  throw ConfigError(unknown_name("scenario", wanted, names, "seedbed list scenarios"));
}

std::vector<ScenarioFile> ScenarioFiles::all() const {
  std::vector<ScenarioFile> files;
  std::set<std::string> seen;
  for (const ScenarioDirectory& directory : directories_) {
    std::error_code error;
    fs::recursive_directory_iterator entry(directory.path, error), end;
    for (; !error && entry != end; entry.increment(error)) {
      if (entry->path().extension() != kScenarioSuffix || !is_file(entry->path())) continue;
      const std::string name =
          entry->path().lexically_relative(directory.path).replace_extension().string();
      if (!seen.insert(name).second) continue;  // an earlier directory has it
      files.push_back({.name = name,
                       .path = entry->path(),
                       .found_from_everywhere = directory.found_from_everywhere});
    }
  }
  std::sort(files.begin(), files.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  return files;
}

std::string read_file(const fs::path& path) {
  std::error_code ignored;
  std::ifstream file(path, std::ios::binary);
  if (!file || fs::is_directory(path, ignored)) {
    const int error = fs::is_directory(path, ignored) ? EISDIR : errno;
    throw ConfigError(fmt::format("{}: cannot be read: {}", path.string(), std::strerror(error)));
  }
  std::string content{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (file.bad()) throw ConfigError(fmt::format("{}: cannot be read to its end", path.string()));
  return content;
}

}  // namespace seedbed

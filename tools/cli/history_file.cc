#include "tools/cli/history_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "sim/core/check.h"
#include "sim/run/suggest.h"
#include "sim/trace/frame.h"
#include "sim/trace/reader.h"

namespace seedbed {
namespace {

namespace fs = std::filesystem;

// Of a directory that holds none of Cobra's logs, these are read, the first that is there.
constexpr std::string_view kKnownNames[] = {"history.bincode", "test.jepsen", "history.edn",
                                            "history.txt"};

[[noreturn]] void fail(const std::string& path) {
  throw ConfigError(fmt::format("{}: cannot be read: {}", path, std::strerror(errno)));
}

std::string content_of(const std::string& path) {
  std::error_code error;
  const uintmax_t size = fs::file_size(path, error);
  std::ifstream file(path, std::ios::binary);
  if (!file) fail(path);
  std::string content;
  if (!error) content.reserve(size);
  char buffer[1 << 16];
  while (file.read(buffer, sizeof buffer) || file.gcount() > 0) {
    content.append(buffer, static_cast<size_t>(file.gcount()));
  }
  if (file.bad()) throw ConfigError(fmt::format("{}: cannot be read to its end", path));
  return content;
}

// T<n>.log: n, or nothing.
std::optional<uint64_t> cobra_number(const std::string& name) {
  if (!name.starts_with("T") || !name.ends_with(".log") || name.size() < 6) return std::nullopt;
  const std::string digits = name.substr(1, name.size() - 5);
  const bool all =
      std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!all || digits.size() > 9) return std::nullopt;
  return std::stoull(digits);
}

}  // namespace

HistoryFile::HistoryFile(const std::string& path) : path_(path) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) {
    add_directory();
  } else {
    add(path);
  }
}

void HistoryFile::add(const std::string& path) {
  contents_.push_back(content_of(path));
  names_.push_back(path);
}

void HistoryFile::add_directory() {
  std::vector<std::pair<uint64_t, std::string>> logs;
  for (const fs::directory_entry& entry : fs::directory_iterator(path_)) {
    const std::optional<uint64_t> number = cobra_number(entry.path().filename().string());
    if (number) logs.emplace_back(*number, entry.path().string());
  }
  std::sort(logs.begin(), logs.end());
  directory_ = !logs.empty();
  for (const auto& log : logs) add(log.second);
  for (const std::string_view name : kKnownNames) {
    const fs::path file = fs::path(path_) / name;
    if (contents_.empty() && fs::exists(file)) add(file.string());
  }
  if (contents_.empty()) {
    throw ConfigError(fmt::format("{}: a directory without a history: expected T*.log or {}", path_,
                                  fmt::join(kKnownNames, ", ")));
  }
}

Input HistoryFile::input() const {
  Input input{.name = path_, .directory = directory_};
  for (size_t i = 0; i < contents_.size(); ++i) {
    input.files.push_back({.name = names_[i], .bytes = contents_[i]});
  }
  return input;
}

bool HistoryFile::is_trace() const {
  return !directory_ && !bytes().empty() &&
         (bytes().starts_with(kTraceMagic) || kTraceMagic.starts_with(bytes()));
}

const Format& format_of(const HistoryFile& file, const std::optional<std::string>& name) {
  std::vector<std::string> names;
  for (const Format& format : history_formats()) names.emplace_back(format.name);
  if (name) {
    if (const Format* format = find_format(*name)) return *format;
    throw ConfigError(unknown_name("format", *name, names, "seedbed list formats"));
  }
  if (const Format* format = detect_format(file.input())) return *format;
  if (file.bytes().empty()) {
    throw ConfigError(
        fmt::format("{}: the file is empty: neither a trace nor a history of a format "
                    "that can be told; --format says which",
                    file.path()));
  }
  throw ConfigError(fmt::format("{}: not a trace, and a history of none of these formats: {}",
                                file.path(), fmt::join(names, ", ")));
}

History history_of_trace(const HistoryFile& file) {
  TraceReader reader(file.bytes(), file.path());
  HistoryBuilder builder;
  replay(reader, {&builder});
  if (!reader.complete()) throw ConfigError(reader.ending());
  return builder.take();
}

}  // namespace seedbed

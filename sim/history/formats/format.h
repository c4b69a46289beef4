// Formats: the histories of other tools, read into ours.
//
//   const Input input{.name = "etcd.log", .files = {{.name = "etcd.log", .bytes = content}}};
//   const Format* format = detect_format(input);                 // by content, never by name
//   const HistoryReading reading = read_history(input, *format);
//   for (const Finding& finding : reading.findings) print(to_string(finding));
//   if (reading.history) judge(*reading.history);
//
// Nothing that a file says makes a reader throw, crash, hang, or take memory out of proportion to
// the file: what is wrong is a finding, with its place. docs/reference/histories.md has the formats
// with what their own tools mean by them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/history/finding.h"
#include "sim/history/history.h"

namespace seedbed {

struct InputFile {
  std::string name;
  std::string_view bytes;  // must live as long as it is read
};

// A file, or the files of a directory in the order of their names.
struct Input {
  std::string name;  // what findings call it
  bool directory = false;
  std::vector<InputFile> files;
};

struct Format {
  std::string_view name;         // "jepsen-edn"
  std::string_view description;  // one line
  // What its own tools mean by what its files leave open.
  Convention convention;
  bool (*detect)(const Input& input);
  // May throw BadInput, which read_history() makes a finding.
  HistoryParts (*read)(const Input& input, Findings* findings);
  std::string (*write)(const History& history);  // nullptr: cannot be written
};

// All formats, the one that is tried first for a file first.
const std::vector<Format>& history_formats();
// nullptr: there is no format of that name.
const Format* find_format(std::string_view name);
// nullptr: the input is of none of them.
const Format* detect_format(const Input& input);

struct HistoryReading {
  std::optional<History> history;  // nullopt: a finding is fatal
  std::vector<Finding> findings;   // in the order in which they were noticed
};
HistoryReading read_history(const Input& input, const Format& format);

}  // namespace seedbed

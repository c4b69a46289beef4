// Histories as the verbs use them: read from a file or a directory, whatever wrote them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/history/formats/format.h"

namespace seedbed {

// What stands in a file, or in the files of a directory that belong together: Cobra's T*.log, or
// the one history that it holds.
class HistoryFile {
 public:
  // Throws ConfigError if it cannot be read.
  explicit HistoryFile(const std::string& path);

  // Valid as long as the file.
  Input input() const;
  const std::string& path() const { return path_; }
  // Recorded by run --trace.
  bool is_trace() const;
  // The content of a single file.
  const std::string& bytes() const { return contents_.front(); }

 private:
  void add(const std::string& path);
  void add_directory();

  std::string path_;
  bool directory_ = false;
  std::vector<std::string> names_;
  std::vector<std::string> contents_;
};

// The named format, or the one that the content is of. Throws ConfigError, with what there is, if
// there is none.
const Format& format_of(const HistoryFile& file, const std::optional<std::string>& name);

// The history of a recorded run. Throws ConfigError if the trace is no whole one.
History history_of_trace(const HistoryFile& file);

}  // namespace seedbed

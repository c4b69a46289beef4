// The names of a log's files, all in one directory:
//
//   checkpoint        the newest checkpoint
//   checkpoint.new    one that is being written, or was when the node crashed
//   wal.1, wal.2 ...  the segments, by their numbers
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace seedbed::storage {

class FileNames {
 public:
  // The directory of a log; "" is the root of the disk.
  explicit FileNames(std::string directory);

  const std::string& directory() const { return directory_; }
  const std::string& checkpoint() const { return checkpoint_; }
  const std::string& new_checkpoint() const { return new_checkpoint_; }
  std::string segment(uint64_t number) const;
  // The number of the segment of that path; nothing if it is no segment's.
  std::optional<uint64_t> segment_number(std::string_view path) const;

 private:
  std::string directory_;
  std::string prefix_;  // of every path
  std::string checkpoint_;
  std::string new_checkpoint_;
};

}  // namespace seedbed::storage

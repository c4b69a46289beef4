// WalReader: walks the chain of records of a write-ahead log, as far as it goes.
//
//   WalReader reader;
//   while (auto record = reader.next(file)) ...
//
// The file may grow between calls: the reader stays before what it cannot read yet, and goes on
// when next() is called again. See wal.h for the format and the rules.
#pragma once

#include <optional>
#include <string_view>

#include "protocols/raft/wal.h"

namespace seedbed::raft {

class WalReader {
 public:
  // The next record of the log in `file`; nothing where the log ends. Requires that the part of the
  // file that has been read is unchanged. The record is valid as long as the bytes of the file.
  std::optional<WalRecord> next(std::string_view file);

  // Behind the last record that was read.
  WalPosition end() const { return end_; }

 private:
  // True if the record makes sense behind those before it. A batch must know its place; entries
  // follow each other without a gap.
  bool belongs(const WalRecord& record) const;

  WalPosition end_;
  LogIndex last_index_ = 0;
};

}  // namespace seedbed::raft

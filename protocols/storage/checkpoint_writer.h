// CheckpointWriter: puts a checkpoint on the disk, piece by piece, so that other operations find
// their turn in between: write aside, sync, rename, sync the directory.
#pragma once

#include <functional>
#include <string>

#include "protocols/storage/files.h"
#include "protocols/storage/rules.h"
#include "sim/world/disk.h"

namespace seedbed::storage {

class CheckpointWriter {
 public:
  // All of these must outlive it.
  CheckpointWriter(Disk& disk, const FileNames& names, const Rules& rules, uint64_t piece_bytes)
      : disk_(disk), names_(names), rules_(rules), piece_bytes_(piece_bytes) {}

  // Writes the file; `done` is called when bytes and name are durable, or with the disk's error.
  // Never blocks. One at a time. After kNoSpace the disk is as before.
  void write(std::string file, std::function<void(Status)> done);
  // It is called no more, and what is not on its way yet never will be.
  void stop() { done_ = nullptr; }
  bool busy() const { return done_ != nullptr; }

 private:
  const std::string& path() const;
  void write_piece();
  void sync();
  void rename();
  void sync_name();
  void give_up(Error error);
  void finish(Status status);

  Disk& disk_;
  const FileNames& names_;
  const Rules& rules_;
  uint64_t piece_bytes_;
  std::string file_;
  uint64_t written_ = 0;
  std::function<void(Status)> done_;  // null while idle
};

}  // namespace seedbed::storage

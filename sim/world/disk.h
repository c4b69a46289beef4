// Disk: what survives a crash, and only what was made durable.
//
//   disk.write("log", offset, bytes);             // in the page cache once it completes
//   Status synced = disk.sync("log").await();     // durable: every write before it. Blocks.
//   disk.rename("log.new", "log");                // atomic, and durable after
//   disk.sync_directory("").await();              //   its directory was synced
//
// All operations are asynchronous and complete in the order of their submission. Their futures are
// never resolved if the node crashes first. At a crash any subset of the writes that no completed
// sync covers survives, torn between sectors; a name whose directory was not synced may be lost,
// with the file. A process never sees the simulated disk, only this port.
//
// Any operation may fail with kIo: a write that failed changed nothing; after a sync that failed
// nobody knows which of the changes before it are durable, and no later sync covers them, though
// reads may still show them. Whoever needs them writes them again, or stops and recovers
// (Rebello et al., "Can Applications Recover from fsync Failures?", ATC 2020). What makes a file or
// a directory longer may fail with kNoSpace.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/core/choice.h"
#include "sim/core/future.h"

namespace seedbed {

struct Nothing {};

class Disk {
 public:
  virtual ~Disk() = default;

  // Overwrites or extends; creates the file if it does not exist. `label` names the write in
  // schedules.
  virtual Future<Nothing> write(std::string_view path, uint64_t offset, std::string bytes,
                                Label label = {}) = 0;
  // Cuts off, or extends with zeros.
  virtual Future<Nothing> truncate(std::string_view path, uint64_t size) = 0;
  // Makes everything written to the file so far durable (but not its name: see sync_directory).
  virtual Future<Nothing> sync(std::string_view path) = 0;
  // Up to `size` bytes from `offset`; fewer at the end of the file. kNotFound if there is no such
  // file.
  virtual Future<std::string> read(std::string_view path, uint64_t offset, uint64_t size) = 0;
  // Replaces `to` if it exists. kNotFound if `from` does not.
  virtual Future<Nothing> rename(std::string_view from, std::string_view to) = 0;
  virtual Future<Nothing> remove(std::string_view path) = 0;
  // Makes the names in that directory durable: files created, renamed and removed. The directory of
  // "wal/1" is "wal", that of "log" is "".
  virtual Future<Nothing> sync_directory(std::string_view directory) = 0;
  // The paths of all files, sorted.
  virtual Future<std::vector<std::string>> list() = 0;
};

}  // namespace seedbed

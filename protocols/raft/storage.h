// Storage: the write-ahead log of one server on its disk.
//
//   Storage storage(env.disk());
//   Result<Persisted> found = storage.recover(salt);         // Blocks; an error: do not serve
//   storage.append(write, [&] { inbox: write.ticket is durable });
//
// The log is one file, "raft.wal" (wal.h). Its name is made durable before recovery returns, so
// nothing that is said later can be lost with the file.
#pragma once

#include <deque>
#include <functional>
#include <optional>

#include "protocols/raft/wal.h"
#include "sim/world/disk.h"

namespace seedbed::raft {

inline constexpr std::string_view kWalPath = "raft.wal";

class Storage {
 public:
  explicit Storage(Disk& disk) : disk_(disk) {}

  // Blocks. Reads the log, cuts off a torn tail, and makes the result durable. kCorrupt if the disk
  // lost what it had confirmed; any other error is the disk's, and a later start may have more
  // luck. `salt` must differ between incarnations.
  Result<Persisted> recover(uint64_t salt);
  // Whether recover() had to give up a torn tail.
  bool was_torn() const { return torn_; }

  // Appends the write and syncs; `done` is called when all of it is durable (true), or when the
  // disk failed (false): then nothing may be believed of it any more. Never blocks. The disk has
  // one write and its sync to do at a time; whatever comes meanwhile makes up the next (group
  // commit), so that a slow disk is never far behind.
  void append(const Write& write, std::function<void(bool durable)> done);

 private:
  void flush();
  void flushed(uint64_t end, size_t writes);

  Disk& disk_;
  std::optional<WalEncoder> encoder_;
  bool torn_ = false;
  bool failed_ = false;
  bool writing_ = false;
  WalChunk waiting_;                                         // for the next write to the disk
  Label label_;                                              // of the newest record in it
  std::deque<std::function<void(bool durable)>> undecided_;  // in order of append()
};

}  // namespace seedbed::raft

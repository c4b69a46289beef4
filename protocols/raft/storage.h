// Storage: the write-ahead log of one server on its disk.
//
//   Storage storage(env.disk());
//   std::optional<Persisted> found = storage.recover(salt);       // Blocks; nothing: refuse to serve
//   storage.append(write, [&] { inbox: write.ticket is durable });
//
// The log is one file, "raft.wal" (wal.h). Its name is made durable before recovery returns, so nothing
// that is said later can be lost with the file.
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

  // Blocks. Reads the log, cuts off a torn tail, and makes the result durable. Nothing if the disk
  // failed, or lost what it had confirmed. `salt` must differ between incarnations.
  std::optional<Persisted> recover(uint64_t salt);
  // Whether recover() had to give up a torn tail.
  bool was_torn() const { return torn_; }

  // Appends the write and syncs; `done` is called when all of it is durable (true), or when the disk
  // failed (false): then nothing may be believed of it any more. Never blocks. One sync is on its way
  // at a time, and covers every write that came before it (group commit).
  void append(const Write& write, std::function<void(bool durable)> done);

 private:
  struct Unsynced {
    uint64_t end = 0;  // of the write, in the file
    std::function<void(bool durable)> done;
  };

  void sync();
  void synced(size_t writes, bool ok);

  Disk& disk_;
  std::optional<WalEncoder> encoder_;
  bool torn_ = false;
  bool failed_ = false;
  bool syncing_ = false;
  std::deque<Unsynced> unsynced_;
};

}  // namespace seedbed::raft

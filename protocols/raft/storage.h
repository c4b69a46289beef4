// Storage: the write-ahead log of one server on its disk.
//
//   Storage storage(env.disk(), {});
//   Result<Persisted> found = storage.recover(salt);         // Blocks; an error: do not serve
//   storage.append(write, [&](bool durable) { inbox: write.ticket is durable });
//
// A thin layer: wal.h says how writes become records, and protocols/storage/wal.h what becomes of
// those on a disk.
#pragma once

#include <functional>

#include "protocols/raft/types.h"
#include "protocols/storage/wal.h"
#include "sim/world/disk.h"

namespace seedbed::raft {

// The directory of the log on a server's disk.
inline constexpr std::string_view kWalDirectory = "raft";

struct StorageOptions {
  uint64_t segment_bytes = 32 << 10;
  bool preallocate = false;  // a disk that fills up is felt at once, not one segment later
};

class Storage {
 public:
  // The disk must outlive it.
  Storage(Disk& disk, const StorageOptions& options)
      : wal_(disk, {.directory = std::string(kWalDirectory),
                    .segment_bytes = options.segment_bytes,
                    .preallocate = options.preallocate}) {}

  // Blocks. Finds the log, gives up a torn end, and makes the result durable. kCorrupt if the disk
  // lost what it had confirmed; any other error is the disk's, and a later start may have more
  // luck. `salt` must differ between incarnations.
  Result<Persisted> recover(uint64_t salt);
  // Whether recover() had to give up a torn end.
  bool was_torn() const { return torn_; }

  // Appends the write; `done` is called when all of it is durable (true), or when the disk failed
  // (false): then nothing may be believed of it any more. Never blocks.
  void append(const Write& write, std::function<void(bool durable)> done);

 private:
  storage::Wal wal_;
  storage::Batch batch_;  // of the write that is being appended
  bool torn_ = false;
};

}  // namespace seedbed::raft

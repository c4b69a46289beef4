// Storage: the write-ahead log of one server on its disk.
//
//   Storage storage(env.disk(), {});
//   Result<Persisted> found = storage.recover(salt);         // Blocks; an error: do not serve
//   storage.append(write, [&](bool durable) { inbox: write.ticket is durable });
//
//   storage.save(snapshot, base, [](bool kept) {});          // compaction, beside the appends
//
// A thin layer: wal.h says how writes become records, and protocols/storage/wal.h what becomes of
// those on a disk. A snapshot is the log's checkpoint: it replaces the records through the entry at
// the log's base.
#pragma once

#include <deque>
#include <functional>

#include "protocols/raft/rules.h"
#include "protocols/raft/types.h"
#include "protocols/storage/wal.h"
#include "sim/world/disk.h"

namespace seedbed::raft {

// The directory of the log on a server's disk.
inline constexpr std::string_view kWalDirectory = "raft";

struct StorageOptions {
  uint64_t segment_bytes = 32 << 10;
  bool preallocate = false;  // a disk that fills up is felt at once, not one segment later
  Rules rules = Rules();
};

class Storage {
 public:
  using Done = std::function<void(bool durable)>;

  // The disk must outlive it.
  Storage(Disk& disk, const StorageOptions& options)
      : wal_(disk, {.directory = std::string(kWalDirectory),
                    .segment_bytes = options.segment_bytes,
                    .preallocate = options.preallocate}),
        rules_(options.rules) {}

  // Blocks. Finds the log, gives up a torn end, and makes the result durable. kCorrupt if the disk
  // lost what it had confirmed; any other error is the disk's, and a later start may have more
  // luck. `salt` must differ between incarnations.
  Result<Persisted> recover(uint64_t salt);
  // Whether recover() had to give up a torn end.
  bool was_torn() const { return torn_; }

  // Appends the write; `done` is called when all of it is durable (true), or when the disk failed
  // (false): then nothing may be believed of it any more. Never blocks.
  void append(Write write, Done done);

  // Keeps a snapshot that this server has taken, and gives up the records of the entries through
  // `base`, which must be durable. Nothing is lost if the disk has no room (kept: false): the old
  // snapshot and the log are still there. Never blocks. Not while another one is being saved.
  void save(const Snapshot& snapshot, EntryId base, std::function<void(bool kept)> done);
  bool saving() const { return wal_.checkpointing() || installing_; }

 private:
  struct Waiting {
    Write write;
    Done done;
  };

  void append_now(const Write& write, Done done);
  void append_waiting();
  void install();
  void installed(storage::Lsn lsn, Status status);
  void write_checkpoint(storage::Lsn lsn, const Snapshot& snapshot, EntryId base,
                        storage::Wal::Done done);

  storage::Wal wal_;
  Rules rules_;
  HardState hard_state_;  // as appended last
  Snapshot snapshot_;     // as written last
  LogIndex base_ = 0;     // of the log as appended
  // The number of the record of the base, and of each entry behind it.
  std::deque<storage::Lsn> lsns_{0};
  // Writes wait behind a snapshot of a leader, which replaces the log: first the log must be at
  // rest.
  std::deque<Waiting> waiting_;
  bool installing_ = false;
  storage::Batch batch_;  // of the write that is being appended
  bool torn_ = false;
};

}  // namespace seedbed::raft

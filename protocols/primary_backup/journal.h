// Journal: a replica's log on its disk, in direct style (direct_wal.h).
//
//   Journal journal(env, {});
//   Result<Image> found = journal.recover();                 // Blocks.
//   journal.add(EpochSeen{Epoch{4}});
//   journal.add(LogEntry{...});
//   storage::Lsn end = journal.commit();                     // one batch: found whole, or not
//   journal.await(end);                                      // Blocks until it is durable.
#pragma once

#include <functional>
#include <utility>

#include "protocols/primary_backup/direct_wal.h"
#include "protocols/primary_backup/records.h"

namespace seedbed::primary_backup {

struct JournalOptions {
  uint64_t segment_bytes = 16 << 10;
};

class Journal {
 public:
  Journal(Env& env, const JournalOptions& options)
      : wal_(env, {.directory = std::string(kDirectory),
                   .segment_bytes = options.segment_bytes,
                   .preallocate = false}) {}

  // Blocks. kCorrupt if the disk lost what it had confirmed; any other error is the disk's. Call it
  // first, and once.
  Result<Image> recover();
  // Whether recover() had to give up an incomplete end.
  bool was_torn() const { return torn_; }

  // Adds a record to the batch that is being made.
  void add(const Record& record) { primary_backup::add(batch_, record); }
  // Appends the batch, unless it is empty; `durable` is called once everything up to here is
  // durable. Returns the end of the log.
  storage::Lsn commit(std::function<void()> durable = nullptr) {
    return wal_.commit(batch_, std::move(durable));
  }
  // Blocks until the log is durable through there.
  void await(storage::Lsn end) { wal_.await(end); }
  storage::Lsn end() const { return wal_.end(); }

  // Blocks until `image`, which is what the log amounts to at `end`, a durable place, has taken the
  // place of all records up to there. False if there was no room for it.
  bool checkpoint(storage::Lsn end, const Image& image) {
    return wal_.checkpoint(end, encode(image));
  }

 private:
  DirectWal wal_;
  storage::Batch batch_;
  bool torn_ = false;
};

}  // namespace seedbed::primary_backup

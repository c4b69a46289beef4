// DirectWal: a write-ahead log for processes in direct style, which block where they wait.
//
//   DirectWal wal(env, {.directory = "orders"});
//   const auto found = wal.recover();                        // Blocks.
//   batch.add(kOrder, bytes);
//   const storage::Lsn end = wal.commit(batch);              // whole, or not at all
//   wal.await(end);                                          // Blocks until it is durable.
//
// Batches that come while the disk is busy share its next write (group commit, wal.h). If the disk
// fails, nothing may be believed of it any more: the process ends itself, to recover from what the
// disk holds.
#pragma once

#include <functional>
#include <string_view>

#include "protocols/storage/wal.h"
#include "sim/world/env.h"

namespace seedbed::primary_backup {

class DirectWal {
 public:
  DirectWal(Env& env, storage::WalOptions options);

  // Blocks. kCorrupt if the disk lost what it had confirmed; any other error is the disk's. Call it
  // first, and once.
  Result<storage::Recovered> recover();

  // Appends the batch, unless it is empty, and clears it; `durable` is called once everything up to
  // here is durable. Returns the end of the log.
  storage::Lsn commit(storage::Batch& batch, std::function<void()> durable = nullptr);
  // Blocks until the log is durable through there; for ever, if the disk fails first.
  void await(storage::Lsn end);
  // Of everything that was appended.
  storage::Lsn end() const { return wal_.last(); }

  // Blocks until `state`, which is that behind `end`, a durable place, has taken the place of all
  // records up to there. False if there was no room for it.
  bool checkpoint(storage::Lsn end, std::string_view state);

 private:
  void decided(const Status& status);

  Env& env_;
  storage::Wal wal_;
  Signal changed_;
  bool failed_ = false;
};

}  // namespace seedbed::primary_backup

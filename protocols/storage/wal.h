// Wal: a write-ahead log on a disk, with group commit, segments and checkpoints.
//
//   Wal wal(env.disk(), {.directory = "raft"});
//   Result<Recovered> found = wal.recover(salt);              // Blocks; an error: do not serve
//   restore(found->checkpoint); for (const Record& record : found->records) replay(record);
//
//   Batch batch;
//   batch.add(kPut, "x=1");
//   wal.append(batch, [&](Status status) { if (status.ok()) reply(); });
//   wal.checkpoint(wal.durable(), state, [](Status) {});      // what it covers is deleted then
//
// What it promises, if the disk keeps what it confirms: after a crash at any moment, and any number
// of crashes during recovery, recover() finds a prefix of the batches that were appended, whole
// batches only, with every batch that was confirmed.
//
// What was appended is written as soon as the disk has nothing else to do; it has one write and its
// sync to do at a time, and whatever comes meanwhile makes up the next (group commit: DeWitt et
// al., "Implementation Techniques for Main Memory Database Systems", SIGMOD 1984). So a slow disk
// is never far behind, and nothing is ever written behind bytes that are not durable.
//
// When the disk fails:
//   kNoSpace   The write has changed nothing. Its batches and all that wait behind them are
//              refused: they are not in the log and never will be. The log goes on from where it
//              was; try again when there is space.
//   any other  Nobody knows what is durable, and no later sync will tell. The log is poisoned: all
//              that is undecided ends with that error, and so does whatever is appended later. End
//              the process, and let recovery find out.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "protocols/storage/checkpoint_writer.h"
#include "protocols/storage/encoder.h"
#include "protocols/storage/files.h"
#include "protocols/storage/recovery.h"
#include "protocols/storage/rules.h"
#include "sim/world/disk.h"

namespace seedbed::storage {

struct WalOptions {
  std::string directory;                // of its files, which nobody else touches
  uint64_t segment_bytes = 1 << 20;     // a segment that would grow longer makes room for the next
  bool preallocate = true;              // a segment gets its length when it is made, if it can
  uint64_t checkpoint_piece = 1 << 16;  // bytes of a checkpoint that are written at once
  Rules rules;
};

struct Record {
  Lsn lsn = 0;
  uint8_t type = 0;  // the user's
  std::string payload;

  bool operator==(const Record&) const = default;
};

struct Checkpoint {
  Lsn lsn = 0;        // the state is that behind this record
  std::string state;  // the user's

  bool operator==(const Checkpoint&) const = default;
};

struct Recovered {
  std::optional<Checkpoint> checkpoint;
  std::vector<Record> records;  // behind the checkpoint, in order
  Lsn last = 0;                 // the last record's; that of the checkpoint if there is none
  bool torn = false;            // an incomplete end was cut off

  bool operator==(const Recovered&) const = default;
};

class Wal {
 public:
  // Told how it ended. Calls come in the order of append(). One that was told of no error may
  // append.
  using Done = std::function<void(Status)>;

  // The disk must outlive it, and be through with it before it ends.
  Wal(Disk& disk, WalOptions options);

  // Blocks. Finds the log, cuts off a torn end, deletes what is left over, and makes the result
  // durable; call it first, and once. kCorrupt if the disk lost what it had confirmed: nothing has
  // been changed then. Any other error is the disk's, and a later start may have more luck. `salt`
  // must differ from that of every other start: an incarnation number, or a random one.
  Result<Recovered> recover(uint64_t salt);

  // Adds the batch behind all others; `done` is called once all of it is durable, or is not. Never
  // blocks. `label` names the write in schedules. Returns the lsn of the batch's last record, which
  // holds good if it is confirmed.
  Lsn append(const Batch& batch, Done done, Label label = {});
  // The same for direct style: `wal.append(batch, env.scheduler()).await()` blocks until it is
  // decided.
  Future<Nothing> append(const Batch& batch, Scheduler& scheduler, Label label = {});
  // Batches of which nothing is known yet. They are held in memory: whoever appends faster than the
  // disk can write must look at this and stop.
  size_t undecided() const { return undecided_.size(); }

  // Replaces the checkpoint by `state`, which is that behind record `lsn`: a durable one, and none
  // before the last checkpoint's. Then deletes the segments that it covers as a whole. `done` is
  // called when all that is durable, or has failed. Never blocks, and appends go on meanwhile. One
  // at a time.
  void checkpoint(Lsn lsn, std::string_view state, Done done);
  bool checkpointing() const { return checkpoint_done_ != nullptr; }

  // The last record that was appended, and the last that is durable.
  Lsn last() const { return encoder_->last(); }
  Lsn durable() const { return encoder_->durable(); }
  // The disk failed: nothing will be confirmed any more.
  bool poisoned() const { return poisoned_.has_value(); }

 private:
  struct Segment {
    uint64_t number = 0;
    Lsn first_lsn = 0;
  };
  // The bytes of its files.
  struct Image {
    std::map<uint64_t, std::string> segments;
    std::optional<std::string> checkpoint;
    bool new_checkpoint = false;  // there is one
  };

  // Recovery (wal_recover.cc). All of it blocks.
  Result<Image> read_image();
  Status repair(const Image& image, const Found& found);
  Status remove_left_over(const Image& image, const Found& found);
  void remember_segments(const Image& image, const Found& found);

  // Appending: one step after the other, as the disk completes them.
  void write_next();
  void written();
  void preallocate();
  void sync();
  void synced();
  void sync_name();
  void finish();
  void confirm();
  void refuse();
  void poison(Error error);
  void tell(size_t batches, Status status);

  void drop_segments(Lsn covered);
  void end_checkpoint(Status status);

  Disk& disk_;
  WalOptions options_;
  FileNames names_;
  CheckpointWriter checkpoint_writer_;
  std::optional<Encoder> encoder_;  // from recovery on
  std::deque<Segment> segments_;    // on the disk, oldest first
  Lsn checkpoint_lsn_ = 0;

  std::deque<Chunk> waiting_;
  Chunk writing_;
  bool busy_ = false;           // with writing_
  std::deque<Done> undecided_;  // of batches, in order
  Done checkpoint_done_;        // null if none is going on
  std::optional<Error> poisoned_;
};

}  // namespace seedbed::storage

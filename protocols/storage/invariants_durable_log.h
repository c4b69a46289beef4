// DurableLog: knows at every moment what a log would be recovered to if its node lost power now,
// from nothing but what stands durably on the disk. Invariants ask it what a disk really holds,
// instead of asking the process.
//
//   DurableLog log("raft");
//   image.apply(event);
//   log.look(image);
//   if (log.take_restart()) forget everything;
//   while (const auto record = log.next()) take in *record;
//   image.settle();
//
// Durable bytes may arrive in any order; what lies behind a gap counts once the gap is filled.
// Appending costs no more than reading what was appended. The log is read again from its beginning
// only when bytes that had been read change, when a checkpoint comes, or when segments go that had
// been read.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "protocols/storage/files.h"
#include "protocols/storage/recovery.h"
#include "sim/check/durable_image.h"

namespace seedbed::storage {

class DurableLog {
 public:
  // The log in that directory of the node's disk.
  explicit DurableLog(std::string directory) : names_(std::move(directory)) {}

  // Looks at the node's disk, which must outlive it. To be called whenever the image has changed,
  // before it is settled.
  void look(const DurableImage& image);

  // True, once, if what next() returned before does not hold any more: it begins anew, behind
  // checkpoint().
  bool take_restart();
  // The next record that would be recovered; nothing if there is none yet. Read on until then,
  // before the image changes: this and checkpoint() are views of it.
  std::optional<RecordView> next();

  // What recovery would start from.
  std::optional<CheckpointView> checkpoint() const;
  // Where the log would go on.
  const Position& end() const { return reader_.end(); }
  // How often the log has been read again from its beginning.
  uint64_t rescans() const { return rescans_; }

 private:
  // A segment that was read, or is being read, up to `end`.
  struct Part {
    uint64_t number = 0;
    uint64_t file = 0;
    uint64_t end = 0;
  };

  bool stands() const;
  bool names_stand() const;
  bool stands(uint64_t file) const;
  uint64_t checkpoint_file() const;
  void rescan();
  bool enter(uint64_t number);
  std::optional<BatchView> next_batch();

  FileNames names_;
  const DurableImage* image_ = nullptr;
  LogReader reader_;
  std::vector<Part> parts_;       // in order
  uint64_t checkpoint_file_ = 0;  // 0: there was none
  RecordReader records_;          // of the batch that was read last
  Lsn first_ = 1;                 // to be returned
  bool restart_ = false;
  uint64_t rescans_ = 0;
};

// What recovery would find in that directory of the disk.
Found find_log(const DurableImage& image, const FileNames& names);

}  // namespace seedbed::storage

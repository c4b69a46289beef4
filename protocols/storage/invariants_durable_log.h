// DurableLog: knows at every moment what a log would be recovered to if its node lost power now,
// from nothing but the `durable` events of the disk. Invariants ask it what a disk really holds,
// instead of asking the process.
//
//   DurableLog log("raft");
//   log.apply(event);                                   // each event of the node
//   if (log.take_restart()) forget everything;
//   while (const auto record = log.next()) take in *record;
//
// Durable bytes may arrive in any order; what lies behind a gap counts once the gap is filled.
// Appending costs no more than reading what was appended. The log is read again from its beginning
// only when bytes that had been read change, when a checkpoint comes, or when files go.
#pragma once

#include <optional>
#include <string>

#include "protocols/storage/files.h"
#include "protocols/storage/recovery.h"
#include "sim/check/durable_image.h"
#include "sim/core/event.h"

namespace seedbed::storage {

class DurableLog {
 public:
  // The log in that directory of the node's disk.
  explicit DurableLog(std::string directory) : names_(std::move(directory)) {}

  // Takes in one event of the node; ignores what is not about its disk.
  void apply(const TraceEvent& event);

  // True, once, if what next() returned before does not hold any more: it begins anew, behind
  // checkpoint().
  bool take_restart();
  // The next record that would be recovered; nothing if there is none yet. Valid until apply().
  std::optional<RecordView> next();

  // Where the log would go on.
  const Position& end() const { return reader_.end(); }
  // What recovery would start from. Valid until apply().
  std::optional<CheckpointView> checkpoint() const;
  // How often the log has been read again from its beginning.
  uint64_t rescans() const { return rescans_; }
  const DurableImage& image() const { return image_; }

 private:
  std::optional<std::string_view> segment(uint64_t number) const;
  bool only_appends(const TraceEvent& event) const;
  void rescan();
  std::optional<BatchView> next_batch();

  FileNames names_;
  DurableImage image_;
  LogReader reader_;
  RecordReader records_;  // of the batch that was read last
  Lsn first_ = 1;         // to be returned
  bool restart_ = false;
  bool waits_for_first_ = true;  // there was no segment to begin with
  uint64_t rescans_ = 0;
};

// What recovery would find in that directory of the disk.
Found find_log(const DurableImage& image, const FileNames& names);

}  // namespace seedbed::storage

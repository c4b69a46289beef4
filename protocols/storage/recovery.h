// Recovery: what the files of a log amount to after a crash. Pure: bytes in, a verdict out.
//
//   LogFiles files{.checkpoint = bytes, .segments = {{1, bytes}, {2, bytes}}};
//   Found found = find_log(files);
//   if (found.corrupt) ...                    // refuse: the disk lost what it had confirmed
//   for (const RecordView& record : found.records) ...        // behind found.checkpoint
//
// A crash may keep any subset of what was not synced, in pieces of a sector; what was not written
// reads as zeros or as older bytes. Three rules make recovery safe:
//
//   1. Batches are chained by their checksums, through all segments. The log ends at the first
//      batch that is damaged or does not continue the chain, so valid batches behind a torn place
//      never come back to life.
//   2. Each start salts its batches. A batch written again after a crash differs from the lost one,
//      and cannot serve as the missing link to what once stood behind it.
//   3. Much on the disk knows how far the log was durable once: a batch, the header of a segment
//      (nothing is written to a segment before all earlier ones are synced), and the checkpoint. If
//      the log ends before that, a disk lost synced bytes: that is corruption, never a torn tail,
//      and nothing may be cut off (Alagappan et al., "Protocol-Aware Recovery", FAST 2018).
//
// Damage to the last synced batches, to which nothing later testifies, looks like a torn tail. No
// single copy of a log can tell the two apart.
#pragma once

#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "protocols/storage/encoder.h"
#include "protocols/storage/format.h"
#include "protocols/storage/rules.h"

namespace seedbed::storage {

// Walks the chain of batches through the segments of a log, as far as it goes. The files may grow
// between calls; the part that was read must not change.
class LogReader {
 public:
  // Goes on in segment `number`, whose bytes are `file`. The first one entered is where the log
  // begins; any other must continue the log. False, and nothing changes, if it does not.
  bool enter(uint64_t number, std::string_view file);
  // The next batch of the segment that was entered last, whose bytes are `file`; nothing where it
  // ends. Valid as long as the bytes of the file.
  std::optional<BatchView> next(std::string_view file);

  // Behind the last batch that was read.
  const Position& end() const { return end_; }

 private:
  Position end_;
};

// The files of a log, by what their names say.
struct LogFiles {
  std::optional<std::string_view> checkpoint;
  std::map<uint64_t, std::string_view> segments;  // by number
};

// The segment with which reading begins if the checkpoint covers that much: the last one that
// begins with the record behind it, or earlier. 0 if there is none.
uint64_t first_segment(const LogFiles& files, Lsn checkpoint);

struct Found {
  std::optional<CheckpointView> checkpoint;
  std::vector<RecordView> records;  // those that the checkpoint does not cover
  Position end;                     // where the next batch goes
  bool torn = false;                // there are bytes behind the end, which never counted
  std::vector<uint64_t> useless;    // segments: the checkpoint covers them, or they never counted
  bool corrupt = false;             // what was durable is damaged; do not use the rest of this
};

// Views are valid as long as the bytes of the files.
Found find_log(const LogFiles& files, const Rules& rules = Rules());

}  // namespace seedbed::storage

// The rules on which the log's promise rests, each a small function with a name.
//
// The log asks a rule and does what it says. Each mutant is written beside the rule that it breaks,
// in rules.cc: read that file to see how a log loses what it confirmed. The numbers are those of
// the bug zoo; README.md names the test that catches each.
#pragma once

#include "protocols/storage/format.h"

namespace seedbed::storage {

enum class Mutant {
  kNone,
  kB01,  // confirms before the sync
  kB02,  // syncs again after a sync that failed
  kB03,  // does not sync the directory of a new segment
  kB04,  // cuts the log off at damage, wherever it is
  kB05,  // overwrites the checkpoint in place
  kB07,  // leaves the full segment unsynced when it goes on to the next
  kB09,  // replays the last record that the checkpoint covers
};

class Rules {
 public:
  Rules() = default;
  explicit Rules(Mutant mutant) : mutant_(mutant) {}

  // A batch is confirmed once a sync has covered it, and not before.
  bool may_confirm(bool synced) const;

  // After a sync that failed nobody knows which bytes are durable, and one that succeeds later says
  // nothing of them (Rebello et al., "Can Applications Recover from fsync Failures?", ATC 2020).
  bool may_sync_again() const;

  // A file is durable when its bytes are and its name is (Pillai et al., "All File Systems Are Not
  // Created Equal", OSDI 2014).
  bool must_sync_name_of_segment() const;

  // What goes to one file is not covered by the sync of another.
  bool must_sync_full_segment() const;

  // The log ends at `end`, but something on the disk knows that it was durable up to `known`. Then
  // a disk lost what it had confirmed, and the rest must not be cut off (Alagappan et al.,
  // "Protocol-Aware Recovery", FAST 2018).
  bool is_corruption(Lsn end, Lsn known) const;

  // The old checkpoint stands until the new one is durable.
  bool must_write_checkpoint_aside() const;

  // The checkpoint holds the effect of its own lsn.
  Lsn first_to_replay(Lsn checkpoint) const;

  // A segment may go if the next one begins with a record that still counts, or earlier.
  bool may_drop_segment_before(Lsn next_first_lsn, Lsn checkpoint) const;

 private:
  Mutant mutant_ = Mutant::kNone;
};

}  // namespace seedbed::storage

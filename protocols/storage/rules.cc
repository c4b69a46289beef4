#include "protocols/storage/rules.h"

namespace seedbed::storage {

bool Rules::may_confirm(bool synced) const {
  // WAL-B01: what is in the page cache is taken for durable. The next power cut takes it away.
  if (mutant_ == Mutant::kB01) return true;
  return synced;
}

bool Rules::may_sync_again() const {
  // WAL-B02: the kernel has marked the pages clean when it reported the error, so the second sync
  // has nothing to write and succeeds (PostgreSQL did so for twenty years).
  return mutant_ == Mutant::kB02;
}

bool Rules::must_sync_name_of_segment() const {
  // WAL-B03: bytes that are durable in a file that a crash may take away by its name.
  return mutant_ != Mutant::kB03;
}

bool Rules::must_sync_full_segment() const {
  // WAL-B07: the writer turns to the next file and takes its sync for one of the whole log.
  return mutant_ != Mutant::kB07;
}

bool Rules::is_corruption(Lsn end, Lsn known) const {
  // WAL-B04: "the log ends at the first bad checksum", so one rotten sector silently takes
  // everything behind it along.
  if (mutant_ == Mutant::kB04) return false;
  return end < known;
}

bool Rules::must_write_checkpoint_aside() const {
  // WAL-B05: the file is truncated and written anew; a crash in between leaves neither checkpoint.
  return mutant_ != Mutant::kB05;
}

Lsn Rules::first_to_replay(Lsn checkpoint) const {
  // WAL-B09: the record at the checkpoint is executed a second time: "add 1" adds twice.
  if (mutant_ == Mutant::kB09) return checkpoint;
  return checkpoint + 1;
}

bool Rules::may_drop_segment_before(Lsn next_first_lsn, Lsn checkpoint) const {
  return next_first_lsn <= checkpoint + 1;
}

}  // namespace seedbed::storage

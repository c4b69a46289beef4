#include "protocols/two_phase_commit/disk_journal.h"

#include <utility>

namespace seedbed::two_phase_commit {

Result<JournalContents> DiskJournal::recover() {
  Result<storage::Recovered> found = wal_.recover();
  if (!found) return found.error();
  if (found->torn) env_.reached("two_phase_commit.torn_tail_recovered");
  JournalContents contents;
  if (found->checkpoint) {
    env_.reached("two_phase_commit.recovered_from_checkpoint");
    contents.checkpoint = std::move(found->checkpoint->state);
  }
  for (storage::Record& record : found->records) {
    contents.records.push_back({.type = record.type, .bytes = std::move(record.payload)});
  }
  return contents;
}

Place DiskJournal::append(std::vector<JournalRecord> records) {
  storage::Batch batch;
  for (const JournalRecord& record : records) batch.add(record.type, record.bytes);
  return wal_.commit(batch);
}

}  // namespace seedbed::two_phase_commit

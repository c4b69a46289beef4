// Raft's writes as records of a write-ahead log (protocols/storage), and back.
//
//   storage::Batch batch;
//   add_records(batch, write);                       // one batch: found whole, or not at all
//   ...
//   WalContents log;
//   for (record : recovered) if (!log.take(record)) ...      // not what Raft writes
//   log.persisted();                                 // the state in which a server starts
//
//   hard state  term (8), vote (8; 0: none)
//   truncate    first index to drop (8)
//   entry       index (8), term (8), kind (1), data
//
// A snapshot will be the log's checkpoint: the records behind it continue a log of entries whose
// first index is that behind the snapshot's.
#pragma once

#include <optional>
#include <string_view>
#include <variant>

#include "protocols/raft/types.h"
#include "protocols/storage/format.h"

namespace seedbed::raft {

// Adds the write's records, in the order in which they count.
void add_records(storage::Batch& batch, const Write& write);

struct WalTruncate {
  LogIndex from = 0;
};
// An entry whose data stands in the log.
struct WalEntry {
  LogIndex index = 0;
  Term term{};
  EntryKind kind = EntryKind::kCommand;
  std::string_view data;
};
using WalRecord = std::variant<HardState, WalTruncate, WalEntry>;

// What the record says; nothing if no write made it. Valid as long as the payload.
std::optional<WalRecord> decode_record(uint8_t type, std::string_view payload);

// What the records of a log amount to, taken in one after the other.
class WalContents {
 public:
  // False, and nothing changes, if no server can have written that record behind those before it.
  bool take(uint8_t type, std::string_view payload);

  const Persisted& persisted() const& { return persisted_; }
  Persisted&& persisted() && { return std::move(persisted_); }

 private:
  LogIndex last_index() const { return persisted_.entries.size(); }

  Persisted persisted_;
};

}  // namespace seedbed::raft

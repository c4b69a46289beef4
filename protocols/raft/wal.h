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
// A snapshot is the log's checkpoint: the records behind it continue a log of entries whose first
// index is that behind the base, and say what of the hard state has changed since.
//
//   checkpoint  format (1), hard state (16), snapshot's last index and term (16), base's (16),
//               configuration (4 + size), state of the state machine
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "protocols/raft/types.h"
#include "protocols/storage/format.h"

namespace seedbed::raft {

// Adds the write's records, in the order in which they count.
void add_records(storage::Batch& batch, const Write& write);

// The state of a log's checkpoint.
struct WalCheckpoint {
  HardState hard_state;
  EntryId last;  // what the snapshot covers
  EntryId base;  // the log goes on behind it
  Configuration configuration;
  std::string_view state;
};
std::string encode(const WalCheckpoint& checkpoint);
// Nothing if the bytes are no checkpoint. Valid as long as they are.
std::optional<WalCheckpoint> decode_checkpoint(std::string_view bytes);

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
  // The log begins with that checkpoint. False if no server wrote it.
  bool begin(std::string_view checkpoint);
  // False, and nothing changes, if no server can have written that record behind those before it.
  bool take(uint8_t type, std::string_view payload);

  const Persisted& persisted() const& { return persisted_; }
  Persisted&& persisted() && { return std::move(persisted_); }

 private:
  LogIndex last_index() const { return persisted_.base.index + persisted_.entries.size(); }

  Persisted persisted_;
};

}  // namespace seedbed::raft

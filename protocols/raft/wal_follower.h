// WalFollower: knows at every moment what a write-ahead log would be recovered to, from nothing but
// the bytes that became durable. Invariants ask it what a server's disk really holds, instead of
// asking the server.
//
//   WalFollower disk;
//   disk.write(offset, bytes);               // a durable event of the simulated disk
//   disk.holds({.index = 7, .term = Term{3}})
//
// Durable bytes may arrive in any order; what lies behind a gap counts once the gap is filled.
// Appending costs no more than reading what was appended. The file is read again from its start
// only when bytes that had been read change, or the file is cut below them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/raft/types.h"
#include "protocols/raft/wal_reader.h"

namespace seedbed::raft {

class WalFollower {
 public:
  // `bytes` are durable at `offset`. A gap before them reads as zeros.
  void write(uint64_t offset, std::string_view bytes);
  // The file is durably `size` bytes long; if it was shorter, with zeros at its end.
  void truncate(uint64_t size);

  const HardState& hard_state() const { return hard_state_; }
  // The last entry that would be recovered; {0, term 0} if none.
  EntryId last() const;
  // True if this very entry, and so the log up to it, would be recovered.
  bool holds(EntryId id) const;
  // The term of the entry that would be recovered at `index`.
  std::optional<Term> term_at(LogIndex index) const;
  // A hash of that entry's kind and data: equal entries have equal ones.
  std::optional<uint64_t> content_hash(LogIndex index) const;
  // How much of the file would be recovered.
  uint64_t valid_size() const { return reader_.end().offset; }

  // How often the file has been read again from its start.
  uint64_t rescans() const { return rescans_; }

 private:
  struct Content {
    Term term{};
    uint64_t hash = 0;
  };

  void read_on();
  void rescan();

  std::string file_;
  WalReader reader_;
  HardState hard_state_;
  std::vector<Content> entries_;  // from index 1
  uint64_t rescans_ = 0;
};

}  // namespace seedbed::raft

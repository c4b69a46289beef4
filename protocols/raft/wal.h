// The write-ahead log: Raft's writes as bytes of one file that only grows, and back.
//
//   WalRecovery found = recover_wal(bytes of the file);
//   if (found.corrupt) ...                        // refuse to serve: the disk lost what it had
//   truncate the file to found.end.offset; sync;
//   WalEncoder encoder(found.end, salt);
//   WalChunk chunk = encoder.encode(write);       // write chunk.bytes at chunk.offset, then sync
//   encoder.durable_through(offset);              // when a sync has covered everything below
//
// Several chunks may be on their way to the disk at once. A crash may keep any subset of the
// unsynced ones, in pieces of a sector; what was not written reads as zeros or as older bytes.
//
// A write becomes a batch of records. All integers are little-endian, all records a multiple of 8
// bytes:
//
//   record   crc32c of what follows | crc of the record before | length | type, 3 zeros | payload
//            4 bytes                  4                          4        4               padded
//   batch       its own offset in the file, how much was known durable, salt     opens each batch
//   hard state  term, vote (0: none)
//   truncate    first index to drop
//   entry       index, term, kind, data
//
// Three rules make recovery safe:
//   1. Records are chained by their checksums. The log ends at the first record that is damaged or
//      does not continue the chain, so valid records behind a torn place never come back to life.
//   2. Each start of the server salts its batches. A batch written again after a crash differs from
//      the lost one, and cannot serve as the missing link to what once stood behind it.
//   3. Each batch tells how much of the file was durable before it. If the log ends below that, a
//      disk lost synced bytes: that is corruption, never a torn tail, and nothing may be cut off
//      (Alagappan et al., "Protocol-Aware Recovery", FAST 2018).
//
// Damage to the last synced batches, to which no later batch testifies, looks like a torn tail; no
// single-copy log can tell the two apart. Segments and compaction will come with snapshots.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "protocols/raft/types.h"

namespace seedbed::raft {

// Where the log ends and how the chain of checksums goes on from there.
struct WalPosition {
  uint64_t offset = 0;
  uint32_t chain = 0x5eedbed0;

  bool operator==(const WalPosition&) const = default;
};

// Bytes to be written at an offset.
struct WalChunk {
  uint64_t offset = 0;
  std::string bytes;

  uint64_t end() const { return offset + bytes.size(); }
};

class WalEncoder {
 public:
  // Continues a log that is durable through `end`. `salt` must differ from that of every earlier
  // start: an incarnation number, or a random one.
  WalEncoder(WalPosition end, uint64_t salt) : end_(end), durable_(end.offset), salt_(salt) {}

  // The write as one batch behind all before it.
  WalChunk encode(const Write& write);
  // A sync has completed that covers the file below `offset`.
  void durable_through(uint64_t offset);

  uint64_t end() const { return end_.offset; }
  uint64_t durable() const { return durable_; }

 private:
  WalPosition end_;
  uint64_t durable_;
  uint64_t salt_;
};

// A record, decoded.
struct WalBatch {
  uint64_t offset = 0;
  uint64_t durable = 0;
  uint64_t salt = 0;
};
struct WalTruncate {
  LogIndex from = 0;
};
// An entry whose data stands in the file.
struct WalEntry {
  LogIndex index = 0;
  Term term{};
  EntryKind kind = EntryKind::kCommand;
  std::string_view data;
};
struct WalRecord {
  std::variant<WalBatch, HardState, WalTruncate, WalEntry> content;
  uint32_t previous = 0;  // checksum of the record before it
  uint32_t checksum = 0;
  uint64_t size = 0;  // in the file
};

// The record that begins `file` at `offset`, if its checksum is right; whether it belongs there is
// another question. Valid as long as the bytes of the file.
std::optional<WalRecord> read_wal_record(std::string_view file, uint64_t offset);

struct WalRecovery {
  Persisted contents;
  WalPosition end;       // where the next batch goes
  bool torn = false;     // bytes behind the end were given up
  bool corrupt = false;  // bytes that were known durable are damaged; do not use the contents
};

WalRecovery recover_wal(std::string_view file);

}  // namespace seedbed::raft

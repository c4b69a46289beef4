// The bytes of a write-ahead log: segments, the batches in them, and checkpoints.
//
//   Batch batch;                                   // what must be found whole, or not at all
//   batch.add(kDebit, "alice 5");
//   batch.add(kCredit, "bob 5");
//   add_batch(bytes, {.first_lsn = 7, ...}, batch);
//   std::optional<BatchView> found = read_batch(bytes, 0);
//   for (const RecordView& record : records_of(*found)) ...
//
// All integers are little-endian. Batches begin at multiples of 8 bytes.
//
//   segment     a header, then batches up to the end of the log; zeros may follow
//     header    crc | magic | version | chain | number | first lsn | salt
//               4     4       4         4       8        8           8
//     batch     crc | crc of the batch before | length | records | first lsn | durable | salt
//               4     4                         4        4         8           8         8
//               and the records: length of the payload (4), type (1), payload; padded with zeros
//   checkpoint  crc | magic | version | 4 zeros | lsn | size | state
//               4     4       4         4         8     8
//
// A crc is the CRC-32C of all that follows it in its header, batch or checkpoint. One checksum
// covers a whole batch, so a batch of which a crash took any part is not there. `chain` is the crc
// of the last batch before the segment. recovery.h says what all this is good for.
//
// Nothing here trusts what it reads: any bytes give either a value or nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sim/core/bytes.h"

namespace seedbed::storage {

// A log sequence number: records are numbered from 1, in the order in which they were appended. 0
// is the place before the first.
using Lsn = uint64_t;

// The chain of checksums before the first batch of a log.
inline constexpr uint32_t kFirstChain = 0x5eedbed0;

inline constexpr uint64_t kSegmentHeaderSize = 40;
inline constexpr uint64_t kBatchHeaderSize = 40;
inline constexpr uint64_t kCheckpointHeaderSize = 32;

// --- Segments ---------------------------------------------------------------------------------

struct SegmentHeader {
  uint64_t number = 0;  // from 1, without gaps
  Lsn first_lsn = 0;    // of the first record in it; all before it is durable
  uint32_t chain = 0;   // crc of the last batch before it
  uint64_t salt = 0;    // of whoever made it

  bool operator==(const SegmentHeader&) const = default;
};

void add_segment_header(ByteWriter& out, const SegmentHeader& header);
// The header at the front of a segment's bytes, if it is whole.
std::optional<SegmentHeader> read_segment_header(std::string_view file);

// --- Batches ----------------------------------------------------------------------------------

// Records that are to be found together or not at all. Reuse one: it keeps its memory.
class Batch {
 public:
  void add(uint8_t type, std::string_view payload) {
    add_with(type, [&](ByteWriter& out) { out.raw(payload); });
  }
  // The same for a payload that is made in place: `fill(ByteWriter&)` adds its bytes.
  template <class Fill>
  void add_with(uint8_t type, Fill fill) {
    const size_t start = out_.size();
    out_.u32(0);
    out_.u8(type);
    const size_t payload = out_.size();
    fill(out_);
    out_.patch_u32(start, static_cast<uint32_t>(out_.size() - payload));
    ++records_;
  }
  void clear() {
    out_.clear();
    records_ = 0;
  }

  bool empty() const { return records_ == 0; }
  uint32_t records() const { return records_; }
  std::string_view bytes() const { return out_.bytes(); }
  // Of the whole batch in its segment.
  uint64_t size_in_file() const;

 private:
  ByteWriter out_;
  uint32_t records_ = 0;
};

// What stands before the records of a batch.
struct BatchHeader {
  uint32_t previous = 0;  // crc of the batch before it
  Lsn first_lsn = 0;
  Lsn durable = 0;  // so far the log was known to be durable when this was made
  uint64_t salt = 0;

  bool operator==(const BatchHeader&) const = default;
};

// Adds a batch that has at least one record. Returns its crc.
uint32_t add_batch(ByteWriter& out, const BatchHeader& header, const Batch& batch);

// A batch as it stands in a file; valid as long as the bytes of the file.
struct BatchView {
  BatchHeader header;
  uint32_t crc = 0;
  uint32_t record_count = 0;
  uint64_t size = 0;  // in the file
  std::string_view records;

  Lsn last_lsn() const { return header.first_lsn + record_count - 1; }
};

// The batch at that offset, if it is whole. Whether it belongs there is another question.
std::optional<BatchView> read_batch(std::string_view file, uint64_t offset);

// A record as it stands in a file.
struct RecordView {
  Lsn lsn = 0;
  uint8_t type = 0;
  std::string_view payload;
};

// Takes the records of a batch apart, from the first.
class RecordReader {
 public:
  RecordReader() = default;  // no records
  explicit RecordReader(const BatchView& batch)
      : rest_(batch.records), left_(batch.record_count), lsn_(batch.header.first_lsn) {}
  std::optional<RecordView> next();

 private:
  std::string_view rest_;
  uint32_t left_ = 0;
  Lsn lsn_ = 0;
};

// --- Checkpoints ------------------------------------------------------------------------------

// The state that all records up to `lsn` have made. The state is opaque here.
struct CheckpointView {
  Lsn lsn = 0;
  std::string_view state;
};

std::string encode_checkpoint(Lsn lsn, std::string_view state);
// The checkpoint that the file is, if it is whole.
std::optional<CheckpointView> read_checkpoint(std::string_view file);

}  // namespace seedbed::storage

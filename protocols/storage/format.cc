#include "protocols/storage/format.h"

#include "protocols/storage/crc32c.h"
#include "sim/core/check.h"

namespace seedbed::storage {
namespace {

constexpr uint32_t kSegmentMagic = 0x4c415753;     // "SWAL"
constexpr uint32_t kCheckpointMagic = 0x504b4353;  // "SCKP"
constexpr uint32_t kVersion = 1;
constexpr uint64_t kChecksum = 4;  // at the front, not covered by itself
constexpr uint64_t kRecordHeader = 5;
constexpr uint64_t kAlignment = 8;

uint64_t padding(uint64_t size) { return (kAlignment - size % kAlignment) % kAlignment; }

// Fills in the checksum of what was written from `start` on, which begins with room for it.
uint32_t seal(ByteWriter& out, size_t start) {
  const uint32_t crc = crc32c(out.bytes().substr(start + kChecksum));
  out.patch_u32(start, crc);
  return crc;
}

// True if exactly so many records fill the bytes.
bool holds_records(std::string_view bytes, uint32_t count) {
  while (count > 0) {
    ByteReader in(bytes);
    const uint64_t size = kRecordHeader + in.u32();
    if (bytes.size() < size) return false;
    bytes.remove_prefix(size);
    --count;
  }
  return bytes.empty();
}

}  // namespace

// --- Segments ---------------------------------------------------------------------------------

void add_segment_header(ByteWriter& out, const SegmentHeader& header) {
  const size_t start = out.size();
  out.u32(0);
  out.u32(kSegmentMagic);
  out.u32(kVersion);
  out.u32(header.chain);
  out.u64(header.number);
  out.u64(header.first_lsn);
  out.u64(header.salt);
  seal(out, start);
}

std::optional<SegmentHeader> read_segment_header(std::string_view file) {
  if (file.size() < kSegmentHeaderSize) return std::nullopt;
  file = file.substr(0, kSegmentHeaderSize);
  ByteReader in(file);
  const bool whole = in.u32() == crc32c(file.substr(kChecksum));
  const bool ours = in.u32() == kSegmentMagic;
  const bool known = in.u32() == kVersion;
  SegmentHeader header;
  header.chain = in.u32();
  header.number = in.u64();
  header.first_lsn = in.u64();
  header.salt = in.u64();
  if (!whole || !ours || !known || header.number == 0 || header.first_lsn == 0) return std::nullopt;
  return header;
}

// --- Batches ----------------------------------------------------------------------------------

uint64_t Batch::size_in_file() const {
  return kBatchHeaderSize + out_.size() + padding(out_.size());
}

uint32_t add_batch(ByteWriter& out, const BatchHeader& header, const Batch& batch) {
  CHECK(!batch.empty());
  const size_t start = out.size();
  const std::string_view records = batch.bytes();
  out.u32(0);
  out.u32(header.previous);
  out.u32(static_cast<uint32_t>(records.size()));
  out.u32(batch.records());
  out.u64(header.first_lsn);
  out.u64(header.durable);
  out.u64(header.salt);
  out.raw(records);
  for (uint64_t i = 0; i < padding(records.size()); ++i) out.u8(0);
  return seal(out, start);
}

std::optional<BatchView> read_batch(std::string_view file, uint64_t offset) {
  if (offset > file.size() || file.size() - offset < kBatchHeaderSize) return std::nullopt;
  ByteReader in(file.substr(offset, kBatchHeaderSize));
  BatchView batch;
  batch.crc = in.u32();
  batch.header.previous = in.u32();
  const uint64_t length = in.u32();
  batch.record_count = in.u32();
  batch.header.first_lsn = in.u64();
  batch.header.durable = in.u64();
  batch.header.salt = in.u64();
  batch.size = kBatchHeaderSize + length + padding(length);
  if (batch.record_count == 0 || batch.size > file.size() - offset) return std::nullopt;
  if (crc32c(file.substr(offset + kChecksum, batch.size - kChecksum)) != batch.crc) {
    return std::nullopt;
  }
  batch.records = file.substr(offset + kBatchHeaderSize, length);
  if (!holds_records(batch.records, batch.record_count)) return std::nullopt;
  return batch;
}

std::optional<RecordView> RecordReader::next() {
  if (left_ == 0) return std::nullopt;
  ByteReader in(rest_);
  const uint32_t size = in.u32();
  RecordView record{.lsn = lsn_, .type = in.u8(), .payload = {}};
  record.payload = in.raw(size);
  rest_ = in.rest();
  --left_;
  ++lsn_;
  return record;
}

// --- Checkpoints ------------------------------------------------------------------------------

std::string encode_checkpoint(Lsn lsn, std::string_view state) {
  ByteWriter out;
  out.u32(0);
  out.u32(kCheckpointMagic);
  out.u32(kVersion);
  out.u32(0);
  out.u64(lsn);
  out.u64(state.size());
  out.raw(state);
  seal(out, 0);
  return out.take();
}

std::optional<CheckpointView> read_checkpoint(std::string_view file) {
  if (file.size() < kCheckpointHeaderSize) return std::nullopt;
  ByteReader in(file);
  const bool whole = in.u32() == crc32c(file.substr(kChecksum));
  const bool ours = in.u32() == kCheckpointMagic;
  const bool known = in.u32() == kVersion;
  in.u32();
  const Lsn lsn = in.u64();
  const uint64_t size = in.u64();
  const std::string_view state = in.rest();
  if (!whole || !ours || !known || state.size() != size) return std::nullopt;
  return CheckpointView{.lsn = lsn, .state = state};
}

}  // namespace seedbed::storage

#include "protocols/raft/wal.h"

#include <algorithm>
#include <utility>

#include "protocols/raft/wal_reader.h"
#include "protocols/storage/crc32c.h"
#include "sim/core/bytes.h"
#include "sim/core/check.h"

namespace seedbed::raft {
namespace {

using storage::crc32c;

constexpr uint64_t kHeader = 16;
constexpr uint64_t kChecksum = 4;  // at the front of the header, not covered by itself
constexpr uint64_t kLengthAt = 8;
constexpr uint64_t kAlignment = 8;

enum RecordType : uint8_t { kBatch = 1, kHardState = 2, kTruncate = 3, kEntry = 4 };

uint64_t padding(uint64_t size) { return (kAlignment - size % kAlignment) % kAlignment; }

void put(ByteWriter& out, const WalBatch& batch) {
  out.u64(batch.offset);
  out.u64(batch.durable);
  out.u64(batch.salt);
}

void put(ByteWriter& out, const HardState& hard_state) {
  out.u64(number(hard_state.term));
  out.u64(hard_state.voted_for ? number(*hard_state.voted_for) : 0);
}

void put(ByteWriter& out, const WalTruncate& truncate) { out.u64(truncate.from); }

void put(ByteWriter& out, const Entry& entry) {
  out.u64(entry.index);
  out.u64(number(entry.term));
  out.u8(static_cast<uint8_t>(entry.kind));
  out.raw(entry.data);
}

// Adds a record behind the one whose checksum is `chain`. Returns its own checksum.
template <class Content>
uint32_t add_record(ByteWriter& out, uint32_t chain, RecordType type, const Content& content) {
  const size_t start = out.size();
  out.u32(0);  // checksum
  out.u32(chain);
  out.u32(0);  // length
  out.u32(type);
  put(out, content);
  const size_t length = out.size() - start - kHeader;
  out.patch_u32(start + kLengthAt, static_cast<uint32_t>(length));
  for (uint64_t i = 0; i < padding(length); ++i) out.u8(0);
  const uint32_t checksum = crc32c(out.bytes().substr(start + kChecksum));
  out.patch_u32(start, checksum);
  return checksum;
}

HardState decode_hard_state(ByteReader& in) {
  HardState hard_state{.term = Term{in.u64()}, .voted_for = std::nullopt};
  if (const uint64_t vote = in.u64(); vote != 0) hard_state.voted_for = NodeId(vote);
  return hard_state;
}

WalEntry decode_entry(ByteReader& in) {
  WalEntry entry;
  entry.index = in.u64();
  entry.term = Term{in.u64()};
  entry.kind = EntryKind{in.u8()};
  entry.data = in.rest();
  return entry;
}

}  // namespace

// --- Writing ----------------------------------------------------------------------------------

WalChunk WalEncoder::encode(const Write& write) {
  ByteWriter out;
  uint32_t& chain = end_.chain;
  const WalBatch batch{.offset = end_.offset, .durable = durable_, .salt = salt_};
  chain = add_record(out, chain, kBatch, batch);
  if (write.hard_state) chain = add_record(out, chain, kHardState, *write.hard_state);
  if (write.truncate_from) {
    chain = add_record(out, chain, kTruncate, WalTruncate{*write.truncate_from});
  }
  for (const Entry& entry : write.entries) chain = add_record(out, chain, kEntry, entry);
  WalChunk chunk{.offset = end_.offset, .bytes = out.take()};
  end_.offset = chunk.end();
  return chunk;
}

void WalEncoder::durable_through(uint64_t offset) {
  CHECK(offset <= end_.offset);
  durable_ = std::max(durable_, offset);
}

// --- Reading ----------------------------------------------------------------------------------

std::optional<WalRecord> read_wal_record(std::string_view file, uint64_t offset) {
  if (offset + kHeader > file.size()) return std::nullopt;
  ByteReader header(file.substr(offset, kHeader));
  WalRecord record;
  record.checksum = header.u32();
  record.previous = header.u32();
  const uint64_t length = header.u32();
  const uint8_t type = header.u8();
  record.size = kHeader + length + padding(length);
  if (type < kBatch || type > kEntry || offset + record.size > file.size()) return std::nullopt;
  const std::string_view covered = file.substr(offset + kChecksum, record.size - kChecksum);
  if (crc32c(covered) != record.checksum) return std::nullopt;

  ByteReader payload(file.substr(offset + kHeader, length));
  switch (type) {
    case kBatch: {
      WalBatch batch;
      batch.offset = payload.u64();
      batch.durable = payload.u64();
      batch.salt = payload.u64();
      record.content = batch;
      break;
    }
    case kHardState: record.content = decode_hard_state(payload); break;
    case kTruncate: record.content = WalTruncate{payload.u64()}; break;
    default: record.content = decode_entry(payload); break;
  }
  if (!payload.finished()) return std::nullopt;
  return record;
}

WalRecovery recover_wal(std::string_view file) {
  WalReader reader;
  WalRecovery found;
  while (const std::optional<WalRecord> record = reader.next(file)) {
    if (const auto* hard_state = std::get_if<HardState>(&record->content)) {
      found.contents.hard_state = *hard_state;
    } else if (const auto* truncate = std::get_if<WalTruncate>(&record->content)) {
      found.contents.entries.resize(truncate->from - 1);
    } else if (const auto* entry = std::get_if<WalEntry>(&record->content)) {
      found.contents.entries.push_back(
          {.index = entry->index, .term = entry->term, .kind = entry->kind, .data = entry->data});
    }
  }
  found.end = reader.end();
  found.torn = found.end.offset < file.size();
  // Rule 3: does a later batch testify that what is damaged here was durable?
  for (uint64_t at = found.end.offset; at < file.size(); at += kAlignment) {
    const std::optional<WalRecord> record = read_wal_record(file, at);
    if (!record) continue;
    const auto* batch = std::get_if<WalBatch>(&record->content);
    if (batch != nullptr && batch->offset == at && batch->durable > found.end.offset) {
      found.corrupt = true;
    }
  }
  return found;
}

}  // namespace seedbed::raft

#include "protocols/raft/wal.h"

#include "sim/core/bytes.h"

namespace seedbed::raft {
namespace {

enum RecordType : uint8_t { kHardState = 1, kTruncate = 2, kEntry = 3 };

constexpr uint8_t kCheckpointFormat = 1;

void write_hard_state(ByteWriter& out, const HardState& hard_state) {
  out.u64(number(hard_state.term));
  out.u64(hard_state.voted_for ? number(*hard_state.voted_for) : 0);
}

void write_id(ByteWriter& out, EntryId id) {
  out.u64(id.index);
  out.u64(number(id.term));
}

EntryId read_id(ByteReader& in) {
  EntryId id{.index = in.u64()};
  id.term = Term{in.u64()};
  return id;
}

HardState read_hard_state(ByteReader& in) {
  HardState hard_state{.term = Term{in.u64()}, .voted_for = std::nullopt};
  if (const uint64_t vote = in.u64(); vote != 0) hard_state.voted_for = NodeId(vote);
  return hard_state;
}

WalEntry read_entry(ByteReader& in) {
  WalEntry entry;
  entry.index = in.u64();
  entry.term = Term{in.u64()};
  entry.kind = EntryKind{in.u8()};
  entry.data = in.rest();
  return entry;
}

}  // namespace

void add_records(storage::Batch& batch, const Write& write) {
  if (write.hard_state) {
    batch.add_with(kHardState, [&](ByteWriter& out) { write_hard_state(out, *write.hard_state); });
  }
  if (write.truncate_from) {
    batch.add_with(kTruncate, [&](ByteWriter& out) { out.u64(*write.truncate_from); });
  }
  for (const Entry& entry : write.entries) {
    batch.add_with(kEntry, [&](ByteWriter& out) {
      out.u64(entry.index);
      out.u64(number(entry.term));
      out.u8(static_cast<uint8_t>(entry.kind));
      out.raw(entry.data);
    });
  }
}

std::optional<WalRecord> decode_record(uint8_t type, std::string_view payload) {
  ByteReader in(payload);
  WalRecord record;
  switch (type) {
    case kHardState: record = read_hard_state(in); break;
    case kTruncate: record = WalTruncate{in.u64()}; break;
    case kEntry: record = read_entry(in); break;
    default: return std::nullopt;
  }
  const auto* truncate = std::get_if<WalTruncate>(&record);
  const bool from_nowhere = truncate != nullptr && truncate->from == 0;
  if (!in.finished() || from_nowhere) return std::nullopt;
  return record;
}

std::string encode(const WalCheckpoint& checkpoint) {
  ByteWriter out;
  out.u8(kCheckpointFormat);
  write_hard_state(out, checkpoint.hard_state);
  write_id(out, checkpoint.last);
  write_id(out, checkpoint.base);
  out.string(encode(checkpoint.configuration));
  out.raw(checkpoint.state);
  return out.take();
}

std::optional<WalCheckpoint> decode_checkpoint(std::string_view bytes) {
  ByteReader in(bytes);
  if (in.u8() != kCheckpointFormat) return std::nullopt;
  WalCheckpoint checkpoint;
  checkpoint.hard_state = read_hard_state(in);
  checkpoint.last = read_id(in);
  checkpoint.base = read_id(in);
  const uint32_t size = in.u32();
  auto configuration = decode_configuration(in.raw(size));
  checkpoint.state = in.rest();
  if (!in.finished() || !configuration) return std::nullopt;
  checkpoint.configuration = *std::move(configuration);
  return checkpoint;
}

bool WalContents::begin(std::string_view checkpoint) {
  const std::optional<WalCheckpoint> found = decode_checkpoint(checkpoint);
  if (!found || found->base.index > found->last.index) return false;
  persisted_.hard_state = found->hard_state;
  persisted_.snapshot = {
      .last = found->last, .configuration = found->configuration, .state = found->state};
  persisted_.base = found->base;
  return true;
}

bool WalContents::take(uint8_t type, std::string_view payload) {
  const std::optional<WalRecord> record = decode_record(type, payload);
  if (!record) return false;
  if (const auto* hard_state = std::get_if<HardState>(&*record)) {
    persisted_.hard_state = *hard_state;
  } else if (const auto* truncate = std::get_if<WalTruncate>(&*record)) {
    const LogIndex base = persisted_.base.index;
    if (truncate->from > last_index() + 1 || truncate->from <= base) return false;
    persisted_.entries.resize(truncate->from - base - 1);
  } else {
    const auto& entry = std::get<WalEntry>(*record);
    if (entry.index != last_index() + 1) return false;
    persisted_.entries.push_back(
        {.index = entry.index, .term = entry.term, .kind = entry.kind, .data = entry.data});
  }
  return true;
}

}  // namespace seedbed::raft

#include "protocols/raft/wal.h"

#include "sim/core/bytes.h"

namespace seedbed::raft {
namespace {

enum RecordType : uint8_t { kHardState = 1, kTruncate = 2, kEntry = 3 };

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
    batch.add_with(kHardState, [&](ByteWriter& out) {
      out.u64(number(write.hard_state->term));
      out.u64(write.hard_state->voted_for ? number(*write.hard_state->voted_for) : 0);
    });
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

bool WalContents::take(uint8_t type, std::string_view payload) {
  const std::optional<WalRecord> record = decode_record(type, payload);
  if (!record) return false;
  if (const auto* hard_state = std::get_if<HardState>(&*record)) {
    persisted_.hard_state = *hard_state;
  } else if (const auto* truncate = std::get_if<WalTruncate>(&*record)) {
    if (truncate->from > last_index() + 1) return false;
    persisted_.entries.resize(truncate->from - 1);
  } else {
    const auto& entry = std::get<WalEntry>(*record);
    if (entry.index != last_index() + 1) return false;
    persisted_.entries.push_back(
        {.index = entry.index, .term = entry.term, .kind = entry.kind, .data = entry.data});
  }
  return true;
}

}  // namespace seedbed::raft

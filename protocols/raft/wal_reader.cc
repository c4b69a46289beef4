#include "protocols/raft/wal_reader.h"

namespace seedbed::raft {

bool WalReader::belongs(const WalRecord& record) const {
  if (record.previous != end_.chain) return false;
  if (const auto* batch = std::get_if<WalBatch>(&record.content)) {
    return batch->offset == end_.offset && batch->durable <= end_.offset;
  }
  if (end_.offset == 0) return false;  // a log begins with a batch
  if (const auto* truncate = std::get_if<WalTruncate>(&record.content)) {
    return truncate->from >= 1 && truncate->from <= last_index_ + 1;
  }
  const auto* entry = std::get_if<WalEntry>(&record.content);
  return entry == nullptr || entry->index == last_index_ + 1;
}

std::optional<WalRecord> WalReader::next(std::string_view file) {
  std::optional<WalRecord> record = read_wal_record(file, end_.offset);
  if (!record || !belongs(*record)) return std::nullopt;
  if (const auto* truncate = std::get_if<WalTruncate>(&record->content)) {
    last_index_ = truncate->from - 1;
  } else if (std::holds_alternative<WalEntry>(record->content)) {
    ++last_index_;
  }
  end_.offset += record->size;
  end_.chain = record->checksum;
  return record;
}

}  // namespace seedbed::raft

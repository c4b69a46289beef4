#include "protocols/raft/wal_follower.h"

#include <algorithm>

#include "protocols/raft/wal.h"
#include "sim/core/hash.h"

namespace seedbed::raft {

void WalFollower::look(const DurableImage& image) {
  log_.look(image);
  if (log_.take_restart()) {
    hard_state_ = HardState();
    entries_.clear();
  }
  while (const auto bytes = log_.next()) {
    const std::optional<WalRecord> record = decode_record(bytes->type, bytes->payload);
    if (!record) continue;
    if (const auto* hard_state = std::get_if<HardState>(&*record)) {
      hard_state_ = *hard_state;
    } else if (const auto* truncate = std::get_if<WalTruncate>(&*record)) {
      entries_.resize(std::min<LogIndex>(entries_.size(), truncate->from - 1));
    } else {
      const auto& entry = std::get<WalEntry>(*record);
      const auto kind = static_cast<uint64_t>(entry.kind);
      entries_.push_back({entry.term, hash_bytes(entry.data, kind)});
    }
  }
}

EntryId WalFollower::last() const {
  if (entries_.empty()) return {};
  return {entries_.size(), entries_.back().term};
}

bool WalFollower::holds(EntryId id) const { return term_at(id.index) == id.term; }

std::optional<Term> WalFollower::term_at(LogIndex index) const {
  if (index == 0) return Term{};
  if (index > entries_.size()) return std::nullopt;
  return entries_[index - 1].term;
}

std::optional<uint64_t> WalFollower::content_hash(LogIndex index) const {
  if (index == 0 || index > entries_.size()) return std::nullopt;
  return entries_[index - 1].hash;
}

}  // namespace seedbed::raft

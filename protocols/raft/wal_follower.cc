#include "protocols/raft/wal_follower.h"

#include <algorithm>

#include "protocols/raft/wal.h"
#include "sim/core/hash.h"

namespace seedbed::raft {

void WalFollower::look(const DurableImage& image) {
  log_.look(image);
  if (log_.take_restart()) begin();
  while (const auto bytes = log_.next()) {
    const std::optional<WalRecord> record = decode_record(bytes->type, bytes->payload);
    if (!record) continue;
    if (const auto* hard_state = std::get_if<HardState>(&*record)) {
      hard_state_ = *hard_state;
    } else if (const auto* truncate = std::get_if<WalTruncate>(&*record)) {
      const LogIndex from = std::max(truncate->from, base_.index + 1);
      entries_.resize(std::min<LogIndex>(entries_.size(), from - base_.index - 1));
      while (!configurations_.empty() && configurations_.back().index >= from) {
        configurations_.pop_back();
      }
    } else {
      const auto& entry = std::get<WalEntry>(*record);
      const auto kind = static_cast<uint64_t>(entry.kind);
      entries_.push_back({entry.term, hash_bytes(entry.data, kind)});
      if (entry.kind != EntryKind::kConfiguration) continue;
      if (auto configuration = decode_configuration(entry.data)) {
        configurations_.push_back({entry.index, *std::move(configuration)});
      }
    }
  }
}

// From the log's checkpoint.
void WalFollower::begin() {
  hard_state_ = HardState();
  snapshot_ = base_ = EntryId();
  entries_.clear();
  configurations_.clear();
  whole_ = true;
  const auto bytes = log_.checkpoint();
  if (!bytes) return;
  const auto checkpoint = decode_checkpoint(bytes->state);
  whole_ = checkpoint.has_value();
  if (!whole_) return;
  hard_state_ = checkpoint->hard_state;
  snapshot_ = checkpoint->last;
  base_ = checkpoint->base;
  whole_ = base_.index <= snapshot_.index;
  snapshot_configuration_ = checkpoint->configuration;
  if (snapshot_state_ == checkpoint->state) return;
  snapshot_state_ = checkpoint->state;
  ++snapshots_;
}

std::optional<Configuration> WalFollower::configuration() const {
  if (!configurations_.empty() && configurations_.back().index > snapshot_.index) {
    return configurations_.back().configuration;
  }
  if (snapshot_.index > 0) return snapshot_configuration_;
  return std::nullopt;
}

EntryId WalFollower::last() const {
  if (entries_.empty()) return base_;
  return {base_.index + entries_.size(), entries_.back().term};
}

bool WalFollower::holds(EntryId id) const {
  return id.index <= base_.index || term_at(id.index) == id.term;
}

std::optional<Term> WalFollower::term_at(LogIndex index) const {
  if (index == base_.index) return base_.term;
  if (index < base_.index || index > last().index) return std::nullopt;
  return entries_[index - base_.index - 1].term;
}

std::optional<uint64_t> WalFollower::content_hash(LogIndex index) const {
  if (index <= base_.index || index > last().index) return std::nullopt;
  return entries_[index - base_.index - 1].hash;
}

}  // namespace seedbed::raft

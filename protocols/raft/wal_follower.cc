#include "protocols/raft/wal_follower.h"

#include <algorithm>

#include "sim/core/hash.h"

namespace seedbed::raft {

void WalFollower::write(uint64_t offset, std::string_view bytes) {
  if (offset + bytes.size() > file_.size()) file_.resize(offset + bytes.size());
  const uint64_t read = valid_size();
  const uint64_t known = offset < read ? std::min<uint64_t>(read - offset, bytes.size()) : 0;
  const bool changed = file_.compare(offset, known, bytes.substr(0, known)) != 0;
  file_.replace(offset, bytes.size(), bytes);
  if (changed) {
    rescan();
  } else {
    read_on();
  }
}

void WalFollower::truncate(uint64_t size) {
  file_.resize(size);
  if (size < valid_size()) rescan();
}

void WalFollower::rescan() {
  ++rescans_;
  reader_ = WalReader();
  hard_state_ = HardState();
  entries_.clear();
  read_on();
}

void WalFollower::read_on() {
  while (const std::optional<WalRecord> record = reader_.next(file_)) {
    if (const auto* hard_state = std::get_if<HardState>(&record->content)) {
      hard_state_ = *hard_state;
    } else if (const auto* truncate = std::get_if<WalTruncate>(&record->content)) {
      entries_.resize(truncate->from - 1);
    } else if (const auto* entry = std::get_if<WalEntry>(&record->content)) {
      const auto kind = static_cast<uint64_t>(entry->kind);
      entries_.push_back({entry->term, hash_bytes(entry->data, kind)});
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

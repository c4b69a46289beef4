#include "protocols/primary_backup/log.h"

#include <algorithm>
#include <utility>

#include "sim/core/check.h"

namespace seedbed::primary_backup {

bool Log::holds(const EntryId& id) const { return epoch_at(id.index) == id.epoch; }

std::optional<Epoch> Log::epoch_at(Index index) const {
  if (index == base_.index) return base_.epoch;
  if (index < base_.index || index > last().index) return std::nullopt;
  return at(index).id.epoch;
}

const LogEntry& Log::at(Index index) const {
  CHECK(index > base_.index && index <= last().index);
  return entries_[index - base_.index - 1];
}

std::vector<LogEntry> Log::behind(Index index, size_t most) const {
  std::vector<LogEntry> found;
  const Index end = std::min<Index>(last().index, index + most);
  for (Index i = index + 1; i <= end; ++i) found.push_back(at(i));
  return found;
}

void Log::append(LogEntry entry) {
  CHECK(entry.id.index == last().index + 1);
  entries_.push_back(std::move(entry));
}

void Log::truncate_from(Index index) {
  CHECK(index > base_.index);
  while (!entries_.empty() && entries_.back().id.index >= index) entries_.pop_back();
}

void Log::drop_through(Index index) {
  while (!entries_.empty() && entries_.front().id.index <= index) {
    base_ = entries_.front().id;
    entries_.pop_front();
  }
}

}  // namespace seedbed::primary_backup

// Log: the entries of a replica, from some base on. What lies before the base is in the state.
#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "protocols/primary_backup/types.h"

namespace seedbed::primary_backup {

class Log {
 public:
  explicit Log(const EntryId& base = {}) : base_(base) {}

  // The entry before the first that is kept.
  const EntryId& base() const { return base_; }
  EntryId last() const { return entries_.empty() ? base_ : entries_.back().id; }
  // True if that very entry is in the log, or its base.
  bool holds(const EntryId& id) const;
  // The epoch of the entry there; nothing if it is not kept.
  std::optional<Epoch> epoch_at(Index index) const;
  // CHECK-fails if it is not kept.
  const LogEntry& at(Index index) const;
  // The entries behind that index, `most` of them at most.
  std::vector<LogEntry> behind(Index index, size_t most) const;

  // The entry behind the last.
  void append(LogEntry entry);
  // Drops the entry there and all behind it.
  void truncate_from(Index index);
  // Drops all entries up to there from the front.
  void drop_through(Index index);

 private:
  EntryId base_;
  std::deque<LogEntry> entries_;
};

}  // namespace seedbed::primary_backup

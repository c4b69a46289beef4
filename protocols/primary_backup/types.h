// The nouns of primary-backup replication.
#pragma once

#include <cstdint>
#include <string>

namespace seedbed::primary_backup {

// A primary's reign. Epochs are handed out by the authority, one after the other, each to one
// replica. 0: before the first.
enum class Epoch : uint64_t {};
constexpr uint64_t number(Epoch epoch) { return static_cast<uint64_t>(epoch); }

// The position of an entry in the log, from 1.
using Index = uint64_t;

// An entry is named by its position and by the epoch in which a primary made it. Two logs that hold
// the same id are the same up to there.
struct EntryId {
  Index index = 0;
  Epoch epoch{};

  bool operator==(const EntryId&) const = default;
};

// True if a log that ends with `a` may lack what a log that ends with `b` has: the later epoch
// wins, then the longer log.
constexpr bool behind(const EntryId& a, const EntryId& b) {
  return a.epoch != b.epoch ? a.epoch < b.epoch : a.index < b.index;
}

struct LogEntry {
  EntryId id;
  std::string command;  // as in store.h

  bool operator==(const LogEntry&) const = default;
};

}  // namespace seedbed::primary_backup

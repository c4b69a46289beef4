// The words of Raft: terms, indexes, entries and what a server must never forget.
//
//   Entry entry{.index = 7, .term = Term{3}, .data = command};
//   if (log.contains(entry.id())) ...                   // the same entry, by Log Matching (§3.5)
//
// Paragraph signs refer to D. Ongaro, "Consensus: Bridging Theory and Practice" (2014), whose
// chapter 3 is the Raft paper; figures 3.1 and 3.8 are the paper's figures 2 and 8.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <vector>

#include "protocols/raft/configuration.h"
#include "protocols/raft/entry_data.h"
#include "sim/core/ids.h"

namespace seedbed::raft {

// Raft's logical clock (§3.3): each term has at most one leader. Term 0 is before any election.
enum class Term : uint64_t {};
constexpr uint64_t number(Term term) { return static_cast<uint64_t>(term); }
constexpr Term next(Term term) { return Term{number(term) + 1}; }

// A position in the log. The first entry has index 1; 0 is the place before it.
using LogIndex = uint64_t;

// The name of an entry. Two logs that hold an entry of the same name are identical up to it (Log
// Matching, §3.5), so a name stands for a whole prefix of the log. The order is the one elections
// use: the later term is more up to date; within a term, the longer log is (§3.6.1).
struct EntryId {
  LogIndex index = 0;
  Term term{};

  bool operator==(const EntryId&) const = default;
  constexpr std::strong_ordering operator<=>(const EntryId& other) const {
    const std::strong_ordering by_term = term <=> other.term;
    return by_term != 0 ? by_term : index <=> other.index;
  }
};

enum class EntryKind : uint8_t {
  kNoOp = 1,       // appended by a leader that begins its term (§6.4)
  kCommand,        // a state machine command, opaque to Raft
  kConfiguration,  // who belongs to the cluster from here on (chapter 4)
};

struct Entry {
  LogIndex index = 0;
  Term term{};
  EntryKind kind = EntryKind::kCommand;
  EntryData data;

  EntryId id() const { return {index, term}; }
  bool operator==(const Entry&) const = default;
};

// What a server must find again after a crash, beside its log, before it may speak (figure 3.1). It
// is one record: a term and the vote in it are never written apart.
struct HardState {
  Term term{};
  std::optional<NodeId> voted_for;

  bool operator==(const HardState&) const = default;
};

// The state behind an entry, instead of all entries up to it (chapter 5).
struct Snapshot {
  EntryId last;                 // the entry; {0, term 0}: there is no snapshot
  Configuration configuration;  // the latest one at that entry
  EntryData state;              // the state machine's, opaque to Raft

  bool operator==(const Snapshot&) const = default;
};

// A write handed to the disk, numbered from 1 in the order in which writes must become durable.
using Ticket = uint64_t;

// One write. The disk keeps writes in ticket order and may lose a tail of them in a crash, but
// never one from the middle. Within a write the order is: hard state, then snapshot, then
// truncation, then entries.
struct Write {
  Ticket ticket = 0;
  std::optional<HardState> hard_state;
  // The log goes, as a whole, and begins anew behind this snapshot, which came from a leader. Both
  // at once: after a crash there is either the old log or the snapshot.
  std::optional<Snapshot> snapshot;
  std::optional<LogIndex> truncate_from;  // first drop this entry and all that follow it
  std::vector<Entry> entries;             // then append these

  bool empty() const { return !hard_state && !snapshot && !truncate_from && entries.empty(); }
  bool operator==(const Write&) const = default;
};

// What recovery found on the disk: the state in which a server starts.
struct Persisted {
  HardState hard_state;
  Snapshot snapshot;
  // The log begins behind this entry: the snapshot's last, or an earlier one, for a log may keep
  // some entries that the snapshot covers.
  EntryId base;
  std::vector<Entry> entries;

  bool operator==(const Persisted&) const = default;
};

}  // namespace seedbed::raft

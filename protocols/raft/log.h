// Log: the entries a server has, durable or not, from index 1 on.
//
//   Log log;
//   log.append({.index = 1, .term = Term{1}, .data = "x"});
//   log.term_at(1)                     // Term{1}
//   log.first_conflict(prev, entries)  // where a leader's entries depart from ours, if they do
//
// The log knows nothing of disks, terms in force or commitment: see write_queue.h and raft.h. It
// begins behind `base()`: {0, term 0}, which every log has in common, or an entry that a snapshot
// covers (chapter 5).
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "protocols/raft/types.h"

namespace seedbed::raft {

class Log {
 public:
  Log() = default;
  // Takes entries as recovery returned them: consecutive from that behind the base, terms never
  // decreasing.
  Log(EntryId base, std::vector<Entry> entries);
  explicit Log(std::vector<Entry> entries) : Log({}, std::move(entries)) {}

  // The entry before first_index().
  EntryId base() const { return base_; }
  LogIndex first_index() const { return base_.index + 1; }
  LogIndex last_index() const { return base_.index + entries_.size(); }
  // The last entry, or the base when there is none.
  EntryId last() const { return {last_index(), *term_at(last_index())}; }

  // The term of the entry at `index`; nothing outside [base().index, last_index()].
  std::optional<Term> term_at(LogIndex index) const;
  // The name of the entry at `index`, which must exist or be the base.
  EntryId id_at(LogIndex index) const;
  // True if this very entry, and so the same log up to it, is here.
  bool contains(EntryId id) const { return term_at(id.index) == id.term; }

  // Of all commands, without what it takes to keep them.
  uint64_t command_bytes() const { return command_bytes_; }

  // The entry at `index`, which must be in [first_index(), last_index()].
  const Entry& at(LogIndex index) const;
  size_t entries() const { return entries_.size(); }
  // Entries from `first` through `last`, both included. Valid until the log changes.
  std::span<const Entry> slice(LogIndex first, LogIndex last) const;

  // The first of `entries`, whose predecessor this log holds or has forgotten, whose index it has
  // under another term.
  std::optional<LogIndex> first_conflict(std::span<const Entry> entries) const;

  // The first index that holds an entry of the same term as `index` does.
  LogIndex first_index_of_term_at(LogIndex index) const;
  // The last index below `bound` whose entry has a term of at most `term`; base().index if none.
  LogIndex last_index_with_term_at_most(Term term, LogIndex bound) const;

  // Appends the entry that follows the last one.
  void append(Entry entry);
  // Drops the entry at `from` and all that follow it.
  void truncate(LogIndex from);

  // §5.1: forgets the entries through this one, which a snapshot covers.
  void compact(LogIndex through);
  // Forgets everything: begins anew behind that entry.
  void reset(EntryId base);

  bool operator==(const Log&) const = default;

 private:
  EntryId base_;
  std::vector<Entry> entries_;
  uint64_t command_bytes_ = 0;
};

}  // namespace seedbed::raft

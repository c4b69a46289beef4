// Invariants:
//   1. entries_[i].index == base_.index + 1 + i.
//   2. Terms never decrease along the log.
#include "protocols/raft/log.h"

#include <algorithm>
#include <utility>

#include "sim/core/check.h"

namespace seedbed::raft {

Log::Log(EntryId base, std::vector<Entry> entries) : base_(base) {
  entries_.reserve(entries.size());
  for (Entry& entry : entries) append(std::move(entry));
}

std::optional<Term> Log::term_at(LogIndex index) const {
  if (index == base_.index) return base_.term;
  if (index < base_.index || index > last_index()) return std::nullopt;
  return entries_[index - first_index()].term;
}

EntryId Log::id_at(LogIndex index) const {
  const std::optional<Term> term = term_at(index);
  INVARIANT(term.has_value(), "no entry {} in a log that ends at {}", index, last_index());
  return {index, *term};
}

const Entry& Log::at(LogIndex index) const {
  INVARIANT(index >= first_index() && index <= last_index(), "no entry {} in a log of {}..{}",
            index, first_index(), last_index());
  return entries_[index - first_index()];
}

std::span<const Entry> Log::slice(LogIndex first, LogIndex last) const {
  if (first > last) return {};
  INVARIANT(first >= first_index() && last <= last_index(), "no entries {}..{} in a log of {}..{}",
            first, last, first_index(), last_index());
  return std::span(entries_).subspan(first - first_index(), last - first + 1);
}

std::optional<LogIndex> Log::first_conflict(std::span<const Entry> entries) const {
  for (const Entry& entry : entries) {
    if (entry.index > last_index()) return std::nullopt;
    if (entry.index <= base_.index) continue;  // committed, or no snapshot would cover it
    if (!contains(entry.id())) return entry.index;
  }
  return std::nullopt;
}

LogIndex Log::first_index_of_term_at(LogIndex index) const {
  const Term term = at(index).term;
  const auto first = std::partition_point(entries_.begin(), entries_.end(),
                                          [&](const Entry& entry) { return entry.term < term; });
  return first->index;
}

LogIndex Log::last_index_with_term_at_most(Term term, LogIndex bound) const {
  const auto above = std::partition_point(
      entries_.begin(), entries_.end(),
      [&](const Entry& entry) { return entry.index < bound && entry.term <= term; });
  return base_.index + static_cast<LogIndex>(above - entries_.begin());
}

void Log::append(Entry entry) {
  INVARIANT(entry.index == last_index() + 1, "entry {} appended behind {}", entry.index,
            last_index());
  INVARIANT(entry.term >= last().term, "entry {} of term {} appended behind term {}", entry.index,
            number(entry.term), number(last().term));
  command_bytes_ += entry.data.size();
  entries_.push_back(std::move(entry));
}

void Log::truncate(LogIndex from) {
  INVARIANT(from >= first_index(), "truncation from {} reaches into the snapshot", from);
  if (from > last_index()) return;
  for (const Entry& entry : slice(from, last_index())) command_bytes_ -= entry.data.size();
  entries_.resize(from - first_index());
}

void Log::compact(LogIndex through) {
  if (through <= base_.index) return;
  const EntryId base = id_at(through);
  for (const Entry& entry : slice(first_index(), through)) command_bytes_ -= entry.data.size();
  entries_.erase(entries_.begin(),
                 entries_.begin() + static_cast<ptrdiff_t>(through - base_.index));
  base_ = base;
}

void Log::reset(EntryId base) {
  base_ = base;
  entries_.clear();
  command_bytes_ = 0;
}

}  // namespace seedbed::raft

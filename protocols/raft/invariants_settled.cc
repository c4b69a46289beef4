#include "protocols/raft/invariants_settled.h"

#include <algorithm>

#include "protocols/raft/wal.h"
#include "sim/core/check.h"

namespace seedbed::raft {

SettledLog::SettledLog(const std::vector<NodeId>& members) {
  for (const NodeId node : members) members_.emplace_back().node = node;
}

void SettledLog::follow(const TraceEvent& event) {
  if (event.kind != EventKind::kDurable) return;
  if (event.index <= seen_ && event.index != kNoEvent) return;
  seen_ = event.index;
  const auto member = std::find_if(members_.begin(), members_.end(),
                                   [&](const Member& one) { return one.node == event.node; });
  if (member == members_.end()) return;
  member->image.apply(event);
  member->log.look(member->image);
  if (member->log.take_restart()) begin(*member);
  while (const auto record = member->log.next()) take(*member, record->type, record->payload);
  member->image.settle();
  settle(*member);
}

// From the log's checkpoint. What was taken in before, was.
void SettledLog::begin(Member& member) {
  member.hard_state = HardState();
  member.base = EntryId();
  member.entries.clear();
  const auto bytes = member.log.checkpoint();
  const auto checkpoint = bytes ? decode_checkpoint(bytes->state) : std::nullopt;
  if (!checkpoint) return;
  member.hard_state = checkpoint->hard_state;
  member.base = checkpoint->base;
}

void SettledLog::take(Member& member, uint8_t type, std::string_view payload) {
  const std::optional<WalRecord> record = decode_record(type, payload);
  if (!record) return;
  if (const auto* hard_state = std::get_if<HardState>(&*record)) {
    member.hard_state = *hard_state;
  } else if (const auto* truncate = std::get_if<WalTruncate>(&*record)) {
    const LogIndex from = std::max(truncate->from, member.base.index + 1);
    while (member.last() >= from) member.entries.pop_back();
  } else {
    const auto& entry = std::get<WalEntry>(*record);
    member.entries.push_back(
        {.term = entry.term, .kind = entry.kind, .data = std::string(entry.data)});
    if (entry.term != member.hard_state.term) return;
    LogIndex& last = member.taken_in[entry.term];
    last = std::max(last, entry.index);
  }
}

const SettledLog::Record* SettledLog::Member::find(LogIndex index) const {
  if (index <= base.index || index > last()) return nullptr;
  return &entries[index - base.index - 1];
}

// In each term that this member has something of: how far a quorum has come.
void SettledLog::settle(const Member& newest) {
  for (const auto& [term, last] : newest.taken_in) {
    if (term < settled_.term) continue;
    std::vector<LogIndex> reached;
    for (const Member& member : members_) {
      const auto place = member.taken_in.find(term);
      if (place != member.taken_in.end()) reached.push_back(place->second);
    }
    const size_t quorum = members_.size() / 2 + 1;
    if (reached.size() < quorum) continue;
    std::sort(reached.rbegin(), reached.rend());
    const EntryId through{.index = reached[quorum - 1], .term = term};
    if (through.index > settled_.index) settled_ = through;
  }
}

// All logs that hold the last settled entry are the same up to it (Log Matching, section 3.5).
std::optional<std::string> SettledLog::next() {
  while (told_ < settled_.index) {
    const Record* record = nullptr;
    for (const Member& member : members_) {
      const Record* last = member.find(settled_.index);
      const bool holds = last != nullptr && last->term == settled_.term;
      if (holds && record == nullptr) record = member.find(told_ + 1);
    }
    // Whoever has it may be about to write it anew.
    if (record == nullptr) return std::nullopt;
    ++told_;
    if (record->kind == EntryKind::kCommand) return record->data;
  }
  return std::nullopt;
}

}  // namespace seedbed::raft

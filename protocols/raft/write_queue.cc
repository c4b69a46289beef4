// Invariants:
//   1. durable_ <= submitted_: nothing is durable that was not handed over.
//   2. An index in (durable_, submitted_] is covered by a write in flight, and by the last one of
//      them if by several.
//   3. Truncation lowers durable_ at once: what will be destroyed no longer counts, although the
//      disk still has it.
#include "protocols/raft/write_queue.h"

#include <algorithm>
#include <utility>

#include "sim/core/check.h"

namespace seedbed::raft {

void WriteQueue::stage_hard_state(const HardState& hard_state) {
  staged_hard_state_ = hard_state;
  hard_state_ticket_ = upcoming();
}

// A snapshot takes back all that was written before it, and stands for the entries that it covers.
void WriteQueue::stage_snapshot(const Snapshot& snapshot) {
  staged_snapshot_ = snapshot;
  staged_truncation_.reset();
  staged_last_ = snapshot.last.index;
  submitted_ = 0;
  durable_ = 0;
}

void WriteQueue::stage_entries(LogIndex last) { staged_last_ = last; }

void WriteQueue::stage_truncation(LogIndex from) {
  staged_last_ = std::min(staged_last_, from - 1);
  if (from > submitted_) return;  // what is dropped never left for the disk
  staged_truncation_ = std::min(from, staged_truncation_.value_or(from));
  submitted_ = from - 1;
  durable_ = std::min(durable_, from - 1);
}

std::optional<Write> WriteQueue::take(const Log& log) {
  Write write{.ticket = upcoming(),
              .hard_state = staged_hard_state_,
              .snapshot = std::exchange(staged_snapshot_, std::nullopt),
              .truncate_from = staged_truncation_,
              .entries = {}};
  const LogIndex first = submitted_ + 1;
  if (write.snapshot) submitted_ = write.snapshot->last.index;
  if (staged_last_ > submitted_) {
    const std::span<const Entry> entries = log.slice(submitted_ + 1, staged_last_);
    write.entries.assign(entries.begin(), entries.end());
  }
  if (write.empty()) return std::nullopt;
  submitted_ += write.entries.size();
  in_flight_.push_back({.ticket = write.ticket,
                        .truncate_from = write.snapshot ? 1 : write.truncate_from,
                        .first = first,
                        .last = submitted_});
  last_ticket_ = write.ticket;
  staged_hard_state_.reset();
  staged_truncation_.reset();
  return write;
}

std::optional<LogIndex> WriteQueue::lowest_pending_truncation() const {
  std::optional<LogIndex> lowest = staged_truncation_;
  if (staged_snapshot_) lowest = 1;
  for (const InFlight& write : in_flight_) {
    if (write.truncate_from) {
      lowest = std::min(*write.truncate_from, lowest.value_or(*write.truncate_from));
    }
  }
  return lowest;
}

uint64_t WriteQueue::complete(Ticket ticket) {
  INVARIANT(ticket <= last_ticket_, "completion of write {}, but the last one was {}", ticket,
            last_ticket_);
  uint64_t taken_back = 0;
  while (!in_flight_.empty() && in_flight_.front().ticket <= ticket) {
    const InFlight write = in_flight_.front();
    in_flight_.pop_front();
    completed_ = write.ticket;
    if (write.first > write.last) continue;
    LogIndex through = write.last;
    if (const auto lowest = lowest_pending_truncation()) through = std::min(through, *lowest - 1);
    if (through < write.last) ++taken_back;
    durable_ = std::max(durable_, through);
  }
  return taken_back;
}

Ticket WriteQueue::ticket_of_hard_state() const {
  return hard_state_ticket_ <= completed_ ? 0 : hard_state_ticket_;
}

Ticket WriteQueue::ticket_of(LogIndex index) const {
  if (index <= durable_) return 0;
  if (index > submitted_) return upcoming();
  for (auto write = in_flight_.rbegin(); write != in_flight_.rend(); ++write) {
    if (write->first <= index && index <= write->last) return write->ticket;
  }
  INVARIANT(false, "entry {} is neither durable nor on its way to the disk", index);
}

}  // namespace seedbed::raft

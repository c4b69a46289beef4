// A disk that keeps whole writes in ticket order, as a write-ahead log does: what is durable, what
// is on its way, and which part of that a crash spares.
#pragma once

#include <deque>
#include <utility>

#include "protocols/raft/log.h"
#include "protocols/raft/types.h"
#include "tests/random.h"

namespace seedbed::raft {

class TestDisk {
 public:
  void submit(Write write) { pending_.push_back(std::move(write)); }
  size_t pending() const { return pending_.size(); }

  // The oldest write becomes durable. Returns its ticket.
  Ticket complete_next() {
    const Write write = std::move(pending_.front());
    pending_.pop_front();
    if (write.hard_state) hard_state_ = *write.hard_state;
    if (write.snapshot) {
      snapshot_ = *write.snapshot;
      log_.reset(snapshot_.last);
    }
    if (write.truncate_from) log_.truncate(*write.truncate_from);
    for (const Entry& entry : write.entries) log_.append(entry);
    return write.ticket;
  }

  // Some of what was on its way survives: whole writes, then perhaps the beginning of one.
  void crash(Random& random) {
    const uint64_t survivors = random.below(pending_.size() + 1);
    for (uint64_t i = 0; i < survivors; ++i) complete_next();
    if (!pending_.empty() && random.chance(300)) {
      tear(pending_.front(), random);
      complete_next();
    }
    lose_pending();
  }
  void lose_pending() { pending_.clear(); }

  // A server's own snapshot. The disk has it at once: what matters is that the log is shorter.
  void save(const Snapshot& snapshot, EntryId base) {
    snapshot_ = snapshot;
    log_.compact(base.index);
  }

  const HardState& hard_state() const { return hard_state_; }
  const Snapshot& snapshot() const { return snapshot_; }
  // True if the log holds the entry, or the snapshot covers it.
  bool holds(EntryId id) const { return id.index <= snapshot_.last.index || log_.contains(id); }
  const Log& log() const { return log_; }
  Persisted contents() const {
    const auto entries = log_.slice(log_.first_index(), log_.last_index());
    return {hard_state_, snapshot_, log_.base(), {entries.begin(), entries.end()}};
  }

 private:
  static void tear(Write& write, Random& random) {
    const uint64_t parts = random.below(2 + write.entries.size());  // never all of it
    if (parts < 2) write.truncate_from.reset();
    if (parts < 2) write.snapshot.reset();
    if (parts < 1) write.hard_state.reset();
    write.entries.resize(parts < 2 ? 0 : parts - 2);
  }

  HardState hard_state_;
  Snapshot snapshot_;
  Log log_;
  std::deque<Write> pending_;
};

}  // namespace seedbed::raft

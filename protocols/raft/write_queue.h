// WriteQueue: what a server has given to its disk, and what the disk has said about it so far.
//
//   queue.stage_entries(log.last_index());      // the log has grown, in memory
//   Write write = *queue.take(log);             // to the disk; others may follow before it is done
//   ...
//   queue.complete(write.ticket);               // the disk has it, and every write before it
//   queue.durable_index();                      // so much of the log would survive a crash now
//
// Writes are asynchronous, so a completion speaks of the past: the log may have been cut back and
// regrown since. Comparing terms is not enough to find out, for a log may return to an entry that
// it had dropped (A, then B, then A again; etcd's tests call it the ABA race): the disk would say
// "A is durable" of the first A while the write of B, which will destroy it, is on its way. The
// rule is therefore about writes: an entry is durable once its write is complete and no later
// write, complete or not, takes it back.
#pragma once

#include <deque>
#include <optional>

#include "protocols/raft/log.h"
#include "protocols/raft/types.h"

namespace seedbed::raft {

class WriteQueue {
 public:
  // A server starts with everything that recovery found durable.
  explicit WriteQueue(LogIndex durable) : durable_(durable), submitted_(durable) {}

  // The kinds of change that the next write must carry. Called after the change was made.
  void stage_hard_state(const HardState& hard_state);
  // A snapshot replaced the whole log.
  void stage_snapshot(const Snapshot& snapshot);
  void stage_entries(LogIndex last);
  void stage_truncation(LogIndex from);

  // The staged changes as one write, with its ticket; nothing if there are none.
  std::optional<Write> take(const Log& log);

  // The disk has `ticket` and all before it. Returns how many of the completed writes held entries
  // that had been taken back meanwhile. Completions of older tickets are ignored.
  uint64_t complete(Ticket ticket);

  // The disk holds the log, as it is now in memory, through this index, and no write that is still
  // on its way will change that.
  LogIndex durable_index() const { return durable_; }

  // The write after which the current hard state is durable; 0 if it is durable now.
  Ticket ticket_of_hard_state() const;
  // The write after which the log is durable through `index`; 0 if it is durable now.
  Ticket ticket_of(LogIndex index) const;
  // The newest ticket that has completed.
  Ticket completed() const { return completed_; }

  bool operator==(const WriteQueue&) const = default;

 private:
  struct InFlight {
    Ticket ticket = 0;
    std::optional<LogIndex> truncate_from;
    LogIndex first = 0;  // its entries, or all that its snapshot covers; first > last if none
    LogIndex last = 0;
    bool operator==(const InFlight&) const = default;
  };

  Ticket upcoming() const { return last_ticket_ + 1; }
  // No entry at or above this index is safe from the writes that have not completed.
  std::optional<LogIndex> lowest_pending_truncation() const;

  LogIndex durable_;
  LogIndex submitted_;        // the log through here has been handed to the disk
  LogIndex staged_last_ = 0;  // and through here is to be handed with the next write
  std::optional<HardState> staged_hard_state_;
  std::optional<Snapshot> staged_snapshot_;
  std::optional<LogIndex> staged_truncation_;
  std::deque<InFlight> in_flight_;
  Ticket last_ticket_ = 0;
  Ticket completed_ = 0;
  Ticket hard_state_ticket_ = 0;
};

}  // namespace seedbed::raft

// Blocking: which transactions cannot be decided, whatever anybody does, and what that costs. This
// is the classifier of the weakness 2PC-W1.
//
// A participant that has said YES waits for the decision. Its coordinator knows it, and so may
// those that have written as well. If the coordinator is gone for good, and all of them that can be
// reached are in doubt, too, nobody can tell (BHG, section 7.4: a two-phase commit protocol blocks;
// Skeen, "Nonblocking Commit Protocols", SIGMOD 1981: every one does that needs no third phase).
//
// It looks at machines, links and disks only. A transaction that stays in doubt for another reason
// shows a bug.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "protocols/two_phase_commit/invariants.h"

namespace seedbed::two_phase_commit {

// What the disks of participants that still run say in the end.
struct InDoubt {
  NodeId participant{};
  TxnId id;
  bool hopeless = false;  // nobody can tell
};

class Blocking {
 public:
  explicit Blocking(LedgerPtr ledger) : ledger_(std::move(ledger)) {}

  static EventKinds interests() {
    return Ledger::interests()
        .with(EventKind::kCrash)
        .with(EventKind::kPause)
        .with(EventKind::kResume)
        .with(EventKind::kCut)
        .with(EventKind::kReached)
        .with(EventKind::kEnd);
  }
  void follow(const TraceEvent& event);

  std::vector<InDoubt> in_doubt() const;
  // Commits that somebody who runs and can be reached does not know of, though its coordinator
  // runs.
  std::vector<TxnId> untold() const;
  // How many are blocked, what they lock, for how long and whom they hurt; nothing if nobody is.
  std::optional<std::string> census() const;
  // The votes that are blocked.
  std::vector<Fact> facts() const;

 private:
  // Of machines.
  bool linked(NodeId one, NodeId other) const;
  // Of coordinators and participants: whether it can do its work, and the two can talk. What a
  // group stands for, any member does that is linked to a quorum of them.
  std::vector<NodeId> able(NodeId name) const;
  bool runs(NodeId name) const { return !able(name).empty(); }
  bool in_touch(NodeId one, NodeId other) const;
  bool hopeless(NodeId participant, const TxnId& id) const;

  LedgerPtr ledger_;
  std::set<NodeId> gone_;                    // down, or paused
  std::set<std::pair<NodeId, NodeId>> cut_;  // from, to
  std::vector<std::pair<Time, NodeId>> lock_timeouts_;
  Time end_{};
};

}  // namespace seedbed::two_phase_commit

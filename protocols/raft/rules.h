// The rules on which Raft's safety rests, each a small function with a name.
//
// The core asks a rule and does what it says; it contains no other decision of this kind, and no
// switch for mutants. Each mutant is written beside the rule that it breaks, in rules.cc: read that
// file to see what goes wrong when a rule is bent, and how little it takes.
#pragma once

#include <optional>

#include "protocols/raft/log.h"
#include "protocols/raft/messages.h"
#include "protocols/raft/mutants.h"
#include "protocols/raft/types.h"
#include "sim/core/time.h"

namespace seedbed::raft {

// A follower's promise to acknowledge, waiting for its disk.
struct PendingAck {
  Ticket after = 0;    // the write that must complete first
  NodeId leader{};     // whose AppendEntries it answers
  Term term{};         // the term of that AppendEntries
  LogIndex match = 0;  // what is to be acknowledged

  bool operator==(const PendingAck&) const = default;
};

// An acknowledgement that may leave.
struct Acknowledgement {
  NodeId to{};
  LogIndex match = 0;

  bool operator==(const Acknowledgement&) const = default;
};

class Rules {
 public:
  explicit Rules(Mutant mutant = Mutant::kNone) : mutant_(mutant) {}

  // §3.4, §3.6.1: one vote per term, and only for a log at least as up to date as the voter's. That
  // the leader itself wants the candidate to win (§3.10) changes nothing about it.
  bool may_grant_vote(const HardState& mine, EntryId my_last, NodeId candidate,
                      const RequestVote& request) const;

  // §9.6: a PreVote promises nothing, so it asks only whether the election could succeed.
  bool may_grant_pre_vote(Term my_term, EntryId my_last, Term requested,
                          EntryId candidate_last) const;

  // §9.6: whether to ask if an election could be won before it is held, if so configured. Who is
  // cut off and never asks comes back with a term that deposes the leader of the day.
  bool asks_first(bool configured) const;

  // §9.6: whether a PreVote for that term is answered at all. It always is: the refusal brings a
  // candidate that was left behind into the present.
  bool answers_pre_vote(Term requested, Term mine) const;

  // §9.6: whether an answer counts that was given in that term. It does, also from an earlier one:
  // a PreVote changes nothing at the voter, so that its term says nothing about its answer.
  bool counts_answer(Term given_in, Term mine) const;

  // §6.2: a leader that no quorum has answered within an election timeout steps down: those who
  // hear it would elect nobody else.
  bool must_step_down(bool heard_by_quorum) const;

  // §3.5: an entry has the term of the leader that made it, so only who leads when it is appended
  // may append; that it led when the command came is not enough, for the term may be another now.
  bool may_append(bool leads, bool led_before) const;

  // §3.10: whether a leader takes commands. Not while it hands over, or its successor would have to
  // catch up with more and more.
  bool takes_commands(bool hands_over) const;

  // §3.8: the vote must be on stable storage before the answer. Returns the ticket that a granted
  // vote waits for, given the ticket that makes it durable.
  Ticket vote_waits_for(Ticket vote_durable_after) const;

  // §3.5: if an existing entry conflicts with a new one (same index, other term), it and all that
  // follow it are deleted. Entries that merely lie behind the new ones stay: this AppendEntries may
  // be an old one. Entries that a snapshot covers (chapter 5) conflict with nothing.
  // `commit` is what this server knows to be committed.
  std::optional<LogIndex> truncation_point(const Log& log, LogIndex commit,
                                           const AppendEntries& request) const;

  // Chapter 4: a server votes when it is asked, whatever it knows of the configuration: whoever
  // asks may know a later one, which makes it a voter.
  bool may_be_asked(const Configuration& mine, NodeId self) const;

  // §4.1: a configuration counts from the moment it is in the log.
  bool is_in_force(LogIndex configuration, LogIndex commit) const;

  // §4.1, as corrected in 2015: a leader changes the configuration only when an entry of its own
  // term is committed. Only then can no other change, of another leader, still come to be.
  bool may_reconfigure(Term of_last_committed, Term current) const;

  // §5.1: a snapshot carries the latest configuration of the entries that it stands for. `oldest`
  // is the one that the log began with.
  const Configuration& configuration_for_snapshot(const Configuration& latest,
                                                  const Configuration& oldest) const;

  // §5.1: of two snapshots the one that covers more is kept.
  bool is_newer_snapshot(EntryId one, EntryId other) const;

  // Figure 5.3: the snapshot of a leader replaces a follower's log on the disk at once.
  bool replaces_log_at_once() const;

  // What recovery found whole was durable, and was perhaps acknowledged: the last entry, too.
  bool believes_last_entry_found() const;

  // §3.5: a follower's commit index is at most what the leader has committed and at most what this
  // request has verified of the follower's log.
  LogIndex follower_commit(const Log& log, const AppendEntries& request) const;

  // What a follower may say when a write completes that an acknowledgement waited for: nothing,
  // unless the term is still the one in which the leader sent those entries. `leader` is the
  // current leader, if known.
  std::optional<Acknowledgement> acknowledgement_due(const PendingAck& pending, Term current,
                                                     std::optional<NodeId> leader) const;

  // §10.2.1: a leader writes to its own disk in parallel with its followers and counts itself like
  // them, by what is durable.
  LogIndex own_match(LogIndex durable, LogIndex last) const;

  // §3.6.2: only entries of the leader's own term are committed by counting replicas.
  bool may_commit_by_counting(EntryId entry, Term current) const;

  // §6.4, step 1: a leader knows what is committed only when an entry of its own term is.
  bool may_query(Term of_last_committed, Term current) const;

  // §6.4, step 3: what a server reads from its own state is the present one only if, after the
  // query came, a quorum has still taken it for the leader.
  bool query_needs_round() const;

  // §6.4: an answer to an earlier round of heartbeats says nothing about a query that came later.
  bool confirms(uint64_t answered_round, uint64_t needed_round) const;

  // §6.4.1: how long after its start a server votes for nobody, since it may have promised so to a
  // leader and forgotten it. `promise` is what servers promise with each answer to a heartbeat.
  Duration silence_after_start(Duration promise) const;

  // §6.4.1: for how long after a round of heartbeats was sent its leader may answer queries by
  // itself, if clocks run up to `drift_ppm` parts per million too fast or too slow. The leader's
  // own may be too slow, and those of the voters, who keep their promise by them, too fast.
  Duration lease_length(Duration promise, int64_t drift_ppm) const;

  bool operator==(const Rules&) const = default;

 private:
  Mutant mutant_;
};

}  // namespace seedbed::raft

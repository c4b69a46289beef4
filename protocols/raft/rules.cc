#include "protocols/raft/rules.h"

#include <algorithm>
#include <string>

namespace seedbed::raft {

bool Rules::may_grant_vote(const HardState& mine, EntryId my_last, NodeId candidate,
                           const RequestVote& request) const {
  // RAFT-B08: the leader has named its successor, so what is there to decide? But another candidate
  // may have come first in that term, and now both may have a quorum.
  if (mutant_ == Mutant::kB08 && request.transfer) return request.last >= my_last;
  return (!mine.voted_for || *mine.voted_for == candidate) && request.last >= my_last;
}

bool Rules::may_grant_pre_vote(Term my_term, EntryId my_last, Term requested,
                               EntryId candidate_last) const {
  return requested > my_term && candidate_last >= my_last;
}

bool Rules::asks_first(bool configured) const {
  // RAFT-B13: whoever does not hear the leader raises its term, again and again.
  if (mutant_ == Mutant::kB13PreVote) return false;
  return configured;
}

bool Rules::answers_pre_vote(Term requested, Term mine) const {
  // RAFT-B12: messages of an earlier term are ignored, whatever they are. Who was left behind then
  // never learns that it was.
  if (mutant_ == Mutant::kB12) return requested >= mine;
  return true;
}

bool Rules::counts_answer(Term given_in, Term mine) const {
  // RAFT-B12: and neither do its answers count, so that the two of them never elect anybody.
  if (mutant_ == Mutant::kB12) return given_in >= mine;
  return true;
}

bool Rules::must_step_down(bool heard_by_quorum) const {
  // RAFT-B13: a leader that a few still hear leads on, and keeps these few from electing another.
  if (mutant_ == Mutant::kB13CheckQuorum) return false;
  return !heard_by_quorum;
}

bool Rules::may_append(bool leads, bool led_before) const {
  // RAFT-B11: one thread has taken the command while the server led, another deposes it, and the
  // first appends the command in the term of the day, which belongs to somebody else.
  if (mutant_ == Mutant::kB11) return leads || led_before;
  return leads;
}

bool Rules::takes_commands(bool hands_over) const {
  // RAFT-B23: clients go on, and the successor is always an entry short; if it is told all the
  // same, voters have more than it has and refuse it.
  if (mutant_ == Mutant::kB23) return true;
  return !hands_over;
}

Ticket Rules::vote_waits_for(Ticket vote_durable_after) const {
  // RAFT-B10: the answer overtakes the sync. Grant, crash, restart, and the same term's vote is
  // given a second time.
  if (mutant_ == Mutant::kB10) return 0;
  return vote_durable_after;
}

std::optional<LogIndex> Rules::truncation_point(const Log& log, LogIndex commit,
                                                const AppendEntries& request) const {
  // RAFT-B04: "delete what follows prev, then append", as many first implementations read the
  // paper. A delayed request with fewer entries then deletes entries that were acknowledged since.
  if (mutant_ == Mutant::kB04 && !request.entries.empty()) {
    if (request.prev.index < log.last_index()) return request.prev.index + 1;
    return std::nullopt;
  }
  // RAFT-B06: the entry before the new ones is not to be found, so it must be another one, and what
  // follows is worth nothing. But it is not there because a snapshot covers it, and what follows
  // was acknowledged.
  if (mutant_ == Mutant::kB06 && request.prev.index < log.base().index) {
    if (commit < log.last_index()) return commit + 1;
  }
  return log.first_conflict(request.entries);
}

bool Rules::may_be_asked(const Configuration& mine, NodeId self) const {
  // RAFT-B17: "I am a learner", says a server that has not heard of its promotion, and the only
  // majority there is lacks its vote.
  if (mutant_ == Mutant::kB17) return mine.is_voter(self);
  return true;
}

bool Rules::is_in_force(LogIndex configuration, LogIndex commit) const {
  // RAFT-B22: a configuration counts once it is committed. Then servers elect and commit by one
  // that the cluster has left, and others cannot find out that they may.
  if (mutant_ == Mutant::kB22) return configuration <= commit;
  return true;
}

bool Rules::may_reconfigure(Term of_last_committed, Term current) const {
  // RAFT-B09: as in the dissertation. Another leader's change, of an earlier term, may still be in
  // a log that can win, and the two need not overlap.
  if (mutant_ == Mutant::kB09) return true;
  return of_last_committed == current;
}

const Configuration& Rules::configuration_for_snapshot(const Configuration& latest,
                                                       const Configuration& oldest) const {
  // RAFT-B18: the log is compacted, and the configurations in it are gone.
  if (mutant_ == Mutant::kB18) return oldest;
  return latest;
}

bool Rules::is_newer_snapshot(EntryId one, EntryId other) const {
  // RAFT-B20: snapshots are sorted by their names, in which 9 comes behind 10.
  if (mutant_ == Mutant::kB20) return std::to_string(one.index) > std::to_string(other.index);
  return one.index > other.index;
}

bool Rules::replaces_log_at_once() const {
  // RAFT-B19: first the log goes, then the snapshot comes. A crash between them takes entries away
  // that were acknowledged.
  return mutant_ != Mutant::kB19;
}

bool Rules::believes_last_entry_found() const {
  // RAFT-B21: the end of a log is taken for torn although it is whole.
  return mutant_ != Mutant::kB21;
}

LogIndex Rules::follower_commit(const Log& log, const AppendEntries& request) const {
  // RAFT-B05: the paper's figure says "min(leaderCommit, index of last new entry)"; this reads it
  // as the last entry of the log, and commits a suffix that the leader has never compared.
  if (mutant_ == Mutant::kB05) return std::min(request.leader_commit, log.last_index());
  return std::min(request.leader_commit, request.last_index());
}

std::optional<Acknowledgement> Rules::acknowledgement_due(const PendingAck& pending, Term current,
                                                          std::optional<NodeId> leader) const {
  // RAFT-B07: the completion is taken for news, whoever is leader now. That leader has other
  // entries at these indexes and will count a copy that does not exist.
  if (mutant_ == Mutant::kB07) {
    if (!leader) return std::nullopt;
    return Acknowledgement{*leader, pending.match};
  }
  // Within a term the leader only appends, so what it verified in this term is in the log still.
  if (pending.term != current) return std::nullopt;
  return Acknowledgement{pending.leader, pending.match};
}

LogIndex Rules::own_match(LogIndex durable, LogIndex last) const {
  // RAFT-B14: the leader trusts its memory. A crash takes the entry from the quorum.
  if (mutant_ == Mutant::kB14) return last;
  return durable;
}

bool Rules::may_commit_by_counting(EntryId entry, Term current) const {
  // RAFT-B01: figure 3.8. A quorum holds the entry, yet a server with a later term in its log may
  // still be elected and overwrite it.
  if (mutant_ == Mutant::kB01) return true;
  return entry.term == current;
}

bool Rules::may_query(Term of_last_committed, Term current) const {
  // RAFT-B02: a new leader has every committed entry, but does not know yet which they are.
  if (mutant_ == Mutant::kB02) return true;
  return of_last_committed == current;
}

bool Rules::query_needs_round() const {
  // RAFT-B03: whoever believes that it leads answers. Behind a partition, it may be the last one to
  // believe so.
  return mutant_ != Mutant::kB03;
}

bool Rules::confirms(uint64_t answered_round, uint64_t needed_round) const {
  // RAFT-B16: what was still on its way from the round before is taken for an answer to this one.
  if (mutant_ == Mutant::kB16) return answered_round + 1 >= needed_round;
  return answered_round >= needed_round;
}

Duration Rules::silence_after_start(Duration promise) const {
  // RAFT-B15: the promise was in memory, and memory is gone.
  if (mutant_ == Mutant::kB15) return Duration::zero();
  return promise;
}

Duration Rules::lease_length(Duration promise, int64_t drift_ppm) const {
  constexpr int64_t kMillion = 1'000'000;
  return promise / (kMillion + drift_ppm) * (kMillion - drift_ppm);
}

}  // namespace seedbed::raft

// Log replication (§3.5) and commitment (§3.6).
#include <algorithm>
#include <utility>

#include "protocols/raft/raft.h"
#include "sim/core/check.h"

namespace seedbed::raft {

// --- The follower -----------------------------------------------------------------------------

void Raft::handle(NodeId from, AppendEntries& request) {
  if (request.term < hard_state_.term) {
    // A deposed leader, or one that we are stuck above: the answer's term brings it into the
    // present, and the next election brings us together (etcd issues 5451, 5468).
    note(Occasion::kStuckAbove);
    refuse_append(from, request);
    return;
  }
  INVARIANT(request.term > hard_state_.term || !leads(), "servers {} and {} both lead term {}",
            number(config_.self), number(from), number(request.term));
  follow(request.term, from);
  std::get<Follower>(state_).election_due = draw_election_due();

  // The consistency check: does our log hold what the leader's holds before the new entries? What
  // our snapshot covers is committed, so every leader has it.
  if (request.prev.index < log_.base().index) note(Occasion::kReachesIntoSnapshot);
  if (request.prev.index >= log_.base().index && !log_.contains(request.prev)) {
    refuse_append(from, request);
    return;
  }
  append_to_log(request);
  acknowledge(from, request);
  if (request.leader_commit > request.last_index() && request.last_index() < log_.last_index()) {
    note(Occasion::kCommitHeldBack);
  }
  commit_to(rules_.follower_commit(log_, request));
}

void Raft::refuse_append(NodeId leader, const AppendEntries& request) {
  AppendEntriesResponse response{.term = hard_state_.term,
                                 .success = false,
                                 .match = 0,
                                 .refused = request.prev.index,
                                 .hint = {.term = {}, .first_index = log_.last_index() + 1},
                                 .round = request.round};
  const bool known = request.prev.index > log_.base().index;
  if (const auto term = log_.term_at(request.prev.index); term && known) {
    response.hint = {.term = *term, .first_index = log_.first_index_of_term_at(request.prev.index)};
  }
  send(leader, response);
}

void Raft::append_to_log(AppendEntries& request) {
  if (const auto from = rules_.truncation_point(log_, commit_, request)) {
    INVARIANT(*from > commit_, "truncation from {} although {} is committed", *from, commit_);
    truncate(*from);
  } else if (!request.entries.empty() && request.last_index() < log_.last_index()) {
    note(Occasion::kOldRequest);
  }
  if (is_installing() && !request.entries.empty()) note(Occasion::kEntriesWhileInstalling);
  for (Entry& entry : request.entries) {
    if (entry.index > log_.last_index()) append(std::move(entry));
  }
  writes_.stage_entries(log_.last_index());
  note_configuration();
}

// A request with entries is answered when its entries are durable. A heartbeat is answered at once
// with what is durable already: the leader must hear from us even if our disk is slow.
void Raft::acknowledge(NodeId leader, const AppendEntries& request) {
  if (request.entries.empty()) {
    const LogIndex match = std::min(request.last_index(), writes_.durable_index());
    send(leader,
         AppendEntriesResponse{
             .term = hard_state_.term, .success = true, .match = match, .round = request.round});
    return;
  }
  acknowledge_through(leader, request.last_index(), request.round);
}

// Says that the disk holds the leader's log through `verified`, as soon as that is so.
void Raft::acknowledge_through(NodeId leader, LogIndex verified, uint64_t round) {
  if (verified <= writes_.durable_index()) {
    send(leader, AppendEntriesResponse{
                     .term = hard_state_.term, .success = true, .match = verified, .round = round});
    return;
  }
  pending_acks_.push_back({.after = writes_.ticket_of(verified),
                           .leader = leader,
                           .term = hard_state_.term,
                           .match = verified});
}

// The writes that some acknowledgements waited for are complete; what they said may no longer be
// so. Of several that may leave, the last says it all.
void Raft::release_acknowledgements() {
  std::optional<Acknowledgement> last;
  while (!pending_acks_.empty() && pending_acks_.front().after <= writes_.completed()) {
    const PendingAck pending = pending_acks_.front();
    pending_acks_.pop_front();
    if (auto due = rules_.acknowledgement_due(pending, hard_state_.term, leader())) {
      if (!last || due->match > last->match) last = due;
    } else {
      stale(StaleCompletion::What::kAcknowledgement, pending.after);
    }
  }
  if (!last) return;
  send(last->to,
       AppendEntriesResponse{.term = hard_state_.term, .success = true, .match = last->match});
}

void Raft::commit_to(LogIndex index) {
  if (index <= commit_) return;
  INVARIANT(index <= log_.last_index(), "commit {} behind the last entry {}", index,
            log_.last_index());
  commit_ = index;
  notices_.push_back(CommitAdvance{log_.id_at(commit_), hard_state_.term});
  note_configuration();
}

// --- The leader -------------------------------------------------------------------------------

// A new entry of the current term.
void Raft::append_in_term(EntryKind kind, EntryData data) {
  if (auto* leader = std::get_if<Leader>(&state_)) leader->uncommitted_bytes += data.size();
  append({.index = log_.last_index() + 1,
          .term = hard_state_.term,
          .kind = kind,
          .data = std::move(data)});
  writes_.stage_entries(log_.last_index());
}

Progress* Raft::find(Leader& leader, NodeId follower) {
  const auto found =
      std::find_if(leader.followers.begin(), leader.followers.end(),
                   [follower](const Progress& progress) { return progress.id() == follower; });
  return found == leader.followers.end() ? nullptr : &*found;
}

// The follower that answered in that term; null if it is none of this leader's any more.
Progress* Raft::answered_by(NodeId from, Term term) {
  if (term > hard_state_.term) {
    follow(term, std::nullopt);
    return nullptr;
  }
  auto* leader = std::get_if<Leader>(&state_);
  if (leader == nullptr || term < hard_state_.term) return nullptr;
  Progress* follower = find(*leader, from);
  if (follower != nullptr) follower->heard_at(now_);
  return follower;
}

void Raft::handle(NodeId from, AppendEntriesResponse& response) {
  Progress* follower = answered_by(from, response.term);
  if (follower == nullptr) return;
  follower->answered(response.round);
  count_round(std::get<Leader>(state_));
  if (!response.success) {
    if (!follower->believes(response.refused)) return;
    const LogIndex next = next_after_conflict(response);
    if (next + 1 < follower->next()) note(Occasion::kTermSkipped);
    follower->refused(next);
    return;
  }
  INVARIANT(response.match <= log_.last_index(), "server {} acknowledged {}, the log ends at {}",
            number(from), response.match, log_.last_index());
  follower->acknowledged(response.match);
  count_replicas();
}

// Where the logs may agree next: behind our last entry of the follower's conflicting term or, if we
// have none, at the start of that term in its log. Each round trip skips at least one term.
LogIndex Raft::next_after_conflict(const AppendEntriesResponse& response) const {
  const LogIndex bound = std::min(response.refused, log_.last_index() + 1);
  const ConflictHint& hint = response.hint;
  if (hint.term != Term{}) {
    const LogIndex ours = log_.last_index_with_term_at_most(hint.term, bound);
    if (log_.term_at(ours) == hint.term) return ours + 1;
  }
  return std::min(std::max<LogIndex>(hint.first_index, 1), bound);
}

// Sends what the follower lacks and its window takes: one request to a follower that is probed,
// several ahead of their answers to one that is replicating (§10.2.1).
void Raft::replicate(Progress& follower) {
  const bool lacks_base = follower.next() <= log_.base().index;
  if (lacks_base && follower.installing() == nullptr) follower.install(snapshot_);
  if (follower.installing() != nullptr) return send_snapshot(follower);
  while (follower.next() <= log_.last_index()) {
    if (!follower.may_send(config_.window)) {
      note(follower.replicating() ? Occasion::kWindowFull : Occasion::kProbeWaits);
      return;
    }
    AppendEntries request{.term = hard_state_.term,
                          .prev = log_.id_at(follower.next() - 1),
                          .entries = {},
                          .leader_commit = commit_};
    const uint64_t bytes = collect_entries(follower.next(), request.entries);
    if (request.entries.size() > 1) note(Occasion::kBatched);
    follower.sent(request.last_index(), bytes);
    send(follower.id(), std::move(request));
  }
}

// Copies entries from `first` on, up to the size of a message but at least one. Returns their size.
uint64_t Raft::collect_entries(LogIndex first, std::vector<Entry>& entries) {
  uint64_t bytes = 0;
  for (LogIndex index = first; index <= log_.last_index(); ++index) {
    const Entry& entry = log_.at(index);
    if (!entries.empty() && bytes + entry.data.size() > config_.max_message_bytes) {
      note(Occasion::kMessageFull);
      break;
    }
    bytes += entry.data.size();
    entries.push_back(entry);
  }
  return bytes;
}

// An empty AppendEntries behind all that was sent: if something was lost on the way, it is refused,
// and the follower is probed.
void Raft::send_heartbeat(const Progress& follower, uint64_t round) {
  const LogIndex commit = config_.clamp_heartbeats ? std::min(follower.match(), commit_) : commit_;
  send(follower.id(), AppendEntries{.term = hard_state_.term,
                                    .prev = prev_of(follower),
                                    .entries = {},
                                    .leader_commit = commit,
                                    .round = round});
}

// A follower that lacks what the log has no more is sent the place before any entry, which every
// log has.
EntryId Raft::prev_of(const Progress& follower) const {
  const bool lacks_base = follower.next() <= log_.base().index;
  if (lacks_base || follower.installing() != nullptr) return {};
  return log_.id_at(follower.next() - 1);
}

void Raft::send_heartbeats(Leader& leader) {
  leader.heartbeat_due = now_ + config_.heartbeat_interval;
  if (leader.transfer) leader.transfer->told = false;  // it may have been lost
  if (config_.lease) begin_round(leader);
  for (Progress& follower : leader.followers) {
    send_heartbeat(follower, leader.reads.round);
    if (auto* installing = follower.installing()) installing->outstanding = false;  // or lost
  }
}

// The last index through which a quorum's disks, the leader's own among them, hold the log.
LogIndex Raft::held_by_quorum(const Leader& leader) const {
  return configuration().held_by_quorum([&](NodeId id) -> LogIndex {
    if (id == config_.self) return rules_.own_match(writes_.durable_index(), log_.last_index());
    for (const Progress& follower : leader.followers) {
      if (follower.id() == id) return follower.match();
    }
    return 0;
  });
}

// §3.6.2: an entry is committed when a quorum holds it durably and it is of the leader's own term;
// the entries before it are committed with it.
void Raft::count_replicas() {
  auto* leader = std::get_if<Leader>(&state_);
  if (leader == nullptr) return;
  const LogIndex held = held_by_quorum(*leader);
  if (held <= commit_) return;
  if (!rules_.may_commit_by_counting(log_.id_at(held), hard_state_.term)) {
    note(Occasion::kOlderTermNotCounted);
    return;
  }
  if (log_.id_at(commit_ + 1).term < hard_state_.term) note(Occasion::kOlderTermWithOwn);
  for (const Entry& entry : log_.slice(commit_ + 1, held)) {
    leader->uncommitted_bytes -= entry.data.size();
  }
  commit_to(held);
}

// §6.2: a leader that a quorum has not answered for an election timeout steps down, so that its
// clients look for another one.
void Raft::check_quorum() {
  auto& leader = std::get<Leader>(state_);
  leader.quorum_due = now_ + config_.election_timeout;
  if (!config_.check_quorum) return;
  const auto is_heard = [&](NodeId id) {
    if (id == config_.self) return true;
    const Progress* follower = find(leader, id);
    return follower != nullptr && now_ - follower->heard() < config_.election_timeout;
  };
  const bool by_quorum = configuration().is_quorum(is_heard);
  if (!rules_.must_step_down(by_quorum)) return;
  note(Occasion::kNoQuorum);
  follow(hard_state_.term, std::nullopt);
}

}  // namespace seedbed::raft

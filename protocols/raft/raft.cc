// Invariants (the paper's, as far as one server can see them):
//   1. applied_ <= commit_ <= log_.last_index(), and commit_ never decreases.
//   2. The log is never truncated at or below commit_.
//   3. The term never decreases; within a term the vote is set at most once (Rules sees to that).
//   4. A leader never truncates its log, and stops leading only by a higher term or for want of a
//      quorum.
//   5. A message leaves only when the term it was written in is durable, and still the current one.
#include "protocols/raft/raft.h"

#include <algorithm>
#include <utility>

#include "sim/core/check.h"
#include "sim/core/hash.h"

namespace seedbed::raft {

Raft::Raft(Config config, Rules rules, uint64_t entropy, NodeTime now, Persisted persisted)
    : config_(std::move(config)),
      rules_(rules),
      entropy_(entropy),
      now_(now),
      started_(now),
      hard_state_(persisted.hard_state),
      snapshot_(std::move(persisted.snapshot)),
      log_(persisted.base, std::move(persisted.entries)),
      writes_(log_.last_index()),
      commit_(snapshot_.last.index),
      applied_(snapshot_.last.index),
      restore_(snapshot_.last.index > 0) {
  INVARIANT(log_.contains(snapshot_.last) || log_.base().index < snapshot_.last.index,
            "a log that does not go on from its snapshot");
  std::sort(config_.voters.begin(), config_.voters.end());
  INVARIANT(!config_.lease || config_.check_quorum, "leases rest on CheckQuorum, which is off");
  INVARIANT(log_.last().term <= hard_state_.term, "the log has an entry of term {} in term {}",
            number(log_.last().term), number(hard_state_.term));
  state_ =
      Follower{.leader = std::nullopt, .leader_heard = {}, .election_due = draw_election_due()};
  find_configurations();
  noted_configuration_ = in_force().at;
}

// --- Inputs -----------------------------------------------------------------------------------

void Raft::tick(NodeTime now) {
  advance_time(now);
  if (auto* leader = std::get_if<Leader>(&state_)) {
    if (now_ >= leader->quorum_due) check_quorum();
    if (!leads()) return;
    if (leader->transfer && now_ >= leader->transfer->gives_up) give_up_transfer(*leader);
    if (now_ >= leader->heartbeat_due) send_heartbeats(*leader);
    return;
  }
  if (now_ < election_due()) return;
  note(Occasion::kElectionTimedOut);
  campaign();
}

NodeTime Raft::next_deadline() const {
  if (const auto* leader = std::get_if<Leader>(&state_)) {
    const NodeTime due = std::min(leader->heartbeat_due, leader->quorum_due);
    return leader->transfer ? std::min(due, leader->transfer->gives_up) : due;
  }
  return election_due();
}

void Raft::step(NodeTime now, NodeId from, Message message) {
  advance_time(now);
  if (from == config_.self) return;
  std::visit([&](auto& m) { handle(from, m); }, message);
}

std::optional<EntryId> Raft::propose(NodeTime now, std::string_view command, bool led_before) {
  advance_time(now);
  auto* leader = std::get_if<Leader>(&state_);
  if (!rules_.may_append(leader != nullptr, led_before)) return std::nullopt;
  if (leader != nullptr && !has_room(*leader, command)) {
    note(leader->transfer ? Occasion::kTransferHoldsCommands : Occasion::kBackPressure);
    return std::nullopt;
  }
  append_in_term(EntryKind::kCommand, command);
  return log_.last();
}

// Back-pressure: what is not committed is kept in memory by everyone. One command always fits.
bool Raft::has_room(const Leader& leader, std::string_view command) const {
  if (!rules_.takes_commands(leader.transfer.has_value())) return false;
  return leader.uncommitted_bytes == 0 ||
         leader.uncommitted_bytes + command.size() <= config_.max_uncommitted_bytes;
}

void Raft::persisted(NodeTime now, Ticket ticket) {
  advance_time(now);
  const uint64_t taken_back = writes_.complete(ticket);
  for (uint64_t i = 0; i < taken_back; ++i) stale(StaleCompletion::What::kEntries, ticket);
  release_withheld();
  release_acknowledgements();
  count_own_vote();
  count_replicas();
}

// --- Effects ----------------------------------------------------------------------------------

Ready Raft::take_ready() {
  if (auto* leader = std::get_if<Leader>(&state_)) {
    advance_membership(*leader);
  }
  if (auto* leader = std::get_if<Leader>(&state_)) {
    for (Progress& follower : leader->followers) replicate(follower);
    advance_transfer(*leader);
    ask_for_reads(*leader);
  }
  Ready ready;
  ready.write = writes_.take(log_);
  ready.messages = std::exchange(outbox_, {});
  ready.reads = std::exchange(reads_, {});
  ready.notices = std::exchange(notices_, {});
  ready.occasions = std::exchange(occasions_, {});
  if (std::exchange(restore_, false)) ready.restore = snapshot_;
  const std::span<const Entry> committed = log_.slice(applied_ + 1, commit_);
  ready.committed.assign(committed.begin(), committed.end());
  applied_ = commit_;
  return ready;
}

// Messages written in this term leave at once if the term is durable, else when it is.
void Raft::send(NodeId to, Message message) {
  send_after(writes_.ticket_of_hard_state(), to, std::move(message));
}

void Raft::send_after(Ticket ticket, NodeId to, Message message) {
  Envelope envelope{to, std::move(message)};
  if (ticket <= writes_.completed()) {
    outbox_.push_back(std::move(envelope));
  } else {
    withheld_.push_back({ticket, hard_state_.term, std::move(envelope)});
  }
}

// Tickets never decrease along the queue, for each message waits for the newest hard state.
void Raft::release_withheld() {
  while (!withheld_.empty() && withheld_.front().after <= writes_.completed()) {
    Withheld released = std::move(withheld_.front());
    withheld_.pop_front();
    if (released.term == hard_state_.term) {
      outbox_.push_back(std::move(released.envelope));
    } else {
      stale(StaleCompletion::What::kMessage, released.after);
    }
  }
}

void Raft::stale(StaleCompletion::What what, Ticket ticket) {
  ++stale_completions_;
  notices_.push_back(StaleCompletion{what, ticket});
}

// --- Roles and time ---------------------------------------------------------------------------

Role Raft::role() const { return static_cast<Role>(state_.index()); }

std::optional<NodeId> Raft::leader() const {
  if (leads()) return config_.self;
  if (const auto* follower = std::get_if<Follower>(&state_)) return follower->leader;
  return std::nullopt;
}

// A clock that steps back, which a monotonic one does not, would only make the server wait.
void Raft::advance_time(NodeTime now) { now_ = std::max(now_, now); }

// What may be said of the log in elections. While a snapshot is on its way to the disk that is the
// snapshot: it has all that this server ever acknowledged.
EntryId Raft::last_durable() const {
  return log_.id_at(std::max(writes_.durable_index(), log_.base().index));
}

// §3.4: randomized, so that split votes are rare and resolved quickly.
NodeTime Raft::draw_election_due() {
  const uint64_t draw = mix(entropy_, ++draws_);
  const auto spread = static_cast<uint64_t>(config_.election_timeout.count());
  return now_ + config_.election_timeout + Duration(static_cast<int64_t>(draw % spread));
}

NodeTime Raft::election_due() const {
  if (const auto* follower = std::get_if<Follower>(&state_)) return follower->election_due;
  if (const auto* pre = std::get_if<PreCandidate>(&state_)) return pre->election_due;
  return std::get<Candidate>(state_).election_due;
}

void Raft::set_hard_state(HardState hard_state) {
  INVARIANT(hard_state.term >= hard_state_.term, "term went back from {} to {}",
            number(hard_state_.term), number(hard_state.term));
  if (hard_state == hard_state_) return;
  hard_state_ = hard_state;
  writes_.stage_hard_state(hard_state_);
}

// Becomes a follower in `term`, whose leader may not be known yet. The election timer goes on: only
// a leader's AppendEntries or a vote granted sets it back (§3.4).
void Raft::follow(Term term, std::optional<NodeId> leader) {
  const NodeTime due = leads() ? draw_election_due() : election_due();
  const bool news =
      term != hard_state_.term || role() != Role::kFollower || this->leader() != leader;
  if (term > hard_state_.term) set_hard_state({term, std::nullopt});
  state_ = Follower{.leader = leader, .leader_heard = now_, .election_due = due};
  if (news) note_role();
}

void Raft::note_role() { notices_.push_back(RoleChange{role(), hard_state_.term, leader()}); }

}  // namespace seedbed::raft

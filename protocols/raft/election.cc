// Leader election (§3.4, §3.6.1) with PreVote (§9.6), leader stickiness (§4.2.3) and CheckQuorum.
//
//             timeout               quorum would vote            quorum voted
//   Follower ---------> PreCandidate ----------------> Candidate -------------> Leader
//      ^                  |  ^ timeout                   |  |                     |
//      +------------------+  +---------------------------+  |                     |
//      |   quorum refused, a leader or a higher term        |                     |
//      +----------------------------------------------------+                     |
//      +--------------------------------------------------------------------------+
//                                  a higher term, or no answer from a quorum
#include <algorithm>
#include <utility>

#include "protocols/raft/raft.h"
#include "sim/core/check.h"

namespace seedbed::raft {
namespace {

bool contains(const std::vector<NodeId>& ids, NodeId id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

}  // namespace

// --- The candidate ----------------------------------------------------------------------------

// §4.2.2: a server that is out of the latest configuration may still be needed while that one is
// not committed. A learner waits, and so does a server whose disk is not through with a snapshot.
bool Raft::may_campaign() const {
  if (is_installing()) return false;
  for (auto one = configurations_.rbegin(); one != configurations_.rend(); ++one) {
    if (one->configuration.is_voter(config_.self)) return true;
    if (one->at.index <= commit_) break;
  }
  return false;
}

void Raft::campaign() {
  if (!may_campaign()) {
    note(is_installing() ? Occasion::kNoElectionWhileInstalling : Occasion::kLearnerWaits);
    follow(hard_state_.term, std::nullopt);
    std::get<Follower>(state_).election_due = draw_election_due();
  } else if (rules_.asks_first(config_.pre_vote)) {
    campaign_as_pre_candidate();
  } else {
    campaign_as_candidate();
  }
}

// §9.6: ask first whether an election could be won, and disturb nobody if not. The term stays.
void Raft::campaign_as_pre_candidate() {
  state_ = PreCandidate{.ballot = {}, .election_due = draw_election_due()};
  note_role();
  request_votes({.pre_vote = true, .term = next(hard_state_.term), .last = last_durable()});
  count_vote(std::get<PreCandidate>(state_).ballot, config_.self, true);
}

// The candidate's own vote is a vote like any other: it counts, and the others are asked, only once
// it is durable. The first is count_own_vote()'s work, the second send()'s.
void Raft::campaign_as_candidate(bool transfer) {
  set_hard_state({next(hard_state_.term), config_.self});
  state_ = Candidate{.ballot = {}, .election_due = draw_election_due()};
  note_role();
  request_votes({.term = hard_state_.term, .last = last_durable(), .transfer = transfer});
}

void Raft::request_votes(const RequestVote& request) {
  const Configuration& now = configuration();
  for (const NodeId member : now.members()) {
    if (member != config_.self && now.is_voter(member)) send(member, request);
  }
}

void Raft::count_own_vote() {
  auto* candidate = std::get_if<Candidate>(&state_);
  if (candidate == nullptr || writes_.ticket_of_hard_state() != 0) return;
  count_vote(candidate->ballot, config_.self, true);
}

void Raft::handle(NodeId from, RequestVoteResponse& response) {
  if (response.term > hard_state_.term) {
    follow(response.term, std::nullopt);
    return;
  }
  if (!rules_.counts_answer(response.term, hard_state_.term)) return;
  // An answer counts only for the question it answers: same kind of vote, same requested term.
  if (auto* pre = std::get_if<PreCandidate>(&state_);
      pre != nullptr && response.pre_vote && response.requested == next(hard_state_.term)) {
    if (response.term < hard_state_.term) note(Occasion::kPreVoteOfEarlierTerm);
    count_vote(pre->ballot, from, response.granted);
  } else if (auto* candidate = std::get_if<Candidate>(&state_);
             candidate != nullptr && !response.pre_vote && response.requested == hard_state_.term) {
    count_vote(candidate->ballot, from, response.granted);
  } else {
    note(Occasion::kLateVote);
  }
}

// Counts each voter once. `ballot` belongs to the current role, and is gone if that changes here.
void Raft::count_vote(Ballot& ballot, NodeId voter, bool granted) {
  if (contains(ballot.granted, voter) || contains(ballot.refused, voter)) return;
  (granted ? ballot.granted : ballot.refused).push_back(voter);
  if (configuration().is_quorum([&](NodeId id) { return contains(ballot.granted, id); })) {
    if (role() == Role::kPreCandidate) {
      campaign_as_candidate();
    } else {
      become_leader();
    }
  } else if (configuration().is_lost([&](NodeId id) { return contains(ballot.refused, id); })) {
    follow(hard_state_.term, std::nullopt);
  }
}

void Raft::become_leader() {
  Leader leader{.followers = {},
                .heartbeat_due = now_ + config_.heartbeat_interval,
                .quorum_due = now_ + config_.election_timeout,
                .uncommitted_bytes = 0};
  for (const NodeId member : configuration().members()) {
    if (member != config_.self) leader.followers.emplace_back(member, log_.last_index(), now_);
  }
  for (const Entry& entry : log_.slice(commit_ + 1, log_.last_index())) {
    leader.uncommitted_bytes += entry.data.size();
  }
  state_ = std::move(leader);
  note_role();
  // §6.4: entries of earlier terms cannot be committed by counting (§3.6.2). A no-op of this term
  // commits them along with itself, without waiting for a client.
  append_in_term(EntryKind::kNoOp, {});
}

// --- The voter --------------------------------------------------------------------------------

// §4.2.3: a server that has heard from a leader within the minimum election timeout knows of no
// reason for an election, and is not to be disturbed. A leader hears from itself. This rests on
// CheckQuorum: without it, a leader that reaches its followers but not they it would be protected
// for ever.
//
// Leases are built on it (§6.4.1); then it must also hold for a server that has started again, and
// has forgotten whom it heard.
bool Raft::hears_a_leader() const {
  if (!config_.check_quorum) return false;
  if (leads()) return true;
  if (config_.lease) {
    const Duration silence = rules_.silence_after_start(config_.lease->promise);
    if (now_ - started_ < silence) return true;
  }
  const auto* follower = std::get_if<Follower>(&state_);
  return follower != nullptr && follower->leader &&
         now_ - follower->leader_heard < config_.election_timeout;
}

void Raft::handle(NodeId from, RequestVote& request) {
  if (request.pre_vote) {
    answer_pre_vote(from, request);
  } else {
    answer_vote(from, request);
  }
}

// Changes nothing here: neither the term nor the timer nor the vote.
void Raft::answer_pre_vote(NodeId from, const RequestVote& request) {
  if (!rules_.may_be_asked(configuration(), config_.self)) return;
  if (!rules_.answers_pre_vote(request.term, hard_state_.term)) return;
  if (hears_a_leader()) note(Occasion::kPreVoteHearsLeader);
  if (request.last < last_durable()) note(Occasion::kPreVoteLogBehind);
  const bool granted =
      !hears_a_leader() &&
      rules_.may_grant_pre_vote(hard_state_.term, last_durable(), request.term, request.last);
  send(from, RequestVoteResponse{.pre_vote = true,
                                 .term = hard_state_.term,
                                 .requested = request.term,
                                 .granted = granted});
}

void Raft::answer_vote(NodeId from, const RequestVote& request) {
  if (!configuration().is_voter(config_.self)) note(Occasion::kAskedWithoutVote);
  if (!rules_.may_be_asked(configuration(), config_.self)) return;
  RequestVoteResponse response{
      .pre_vote = false, .term = hard_state_.term, .requested = request.term, .granted = false};
  const bool disturbed = request.term > hard_state_.term && !request.transfer && hears_a_leader();
  if (disturbed) note(Occasion::kDisturbanceIgnored);
  if (request.term < hard_state_.term || disturbed) {
    send(from, response);
    return;
  }
  if (request.term > hard_state_.term) follow(request.term, std::nullopt);
  response.term = hard_state_.term;
  response.granted = rules_.may_grant_vote(hard_state_, last_durable(), from, request);
  if (!response.granted) {
    const bool behind = request.last < last_durable();
    note(behind ? Occasion::kVoteLogBehind : Occasion::kVoteGivenAway);
    send(from, response);
    return;
  }
  set_hard_state({hard_state_.term, from});
  if (role() != Role::kFollower) follow(hard_state_.term, std::nullopt);
  std::get<Follower>(state_).election_due = draw_election_due();
  send_after(rules_.vote_waits_for(writes_.ticket_of_hard_state()), from, response);
}

}  // namespace seedbed::raft

// Leadership transfer (§3.10): a leader brings another server up to date and tells it not to wait
// for its election timeout. That server then wins an ordinary election.
#include <algorithm>

#include "protocols/raft/raft.h"

namespace seedbed::raft {

bool Raft::transfer_leadership(NodeTime now, NodeId to) {
  advance_time(now);
  auto* leader = std::get_if<Leader>(&state_);
  if (leader == nullptr || to == config_.self || !configuration().is_voter(to)) return false;
  leader->transfer = Transfer{.to = to, .gives_up = now_ + config_.election_timeout};
  notices_.push_back(TransferChange{.to = to, .last = log_.last_index(), .term = hard_state_.term});
  return true;
}

void Raft::give_up_transfer(Leader& leader) {
  note(Occasion::kTransferGivenUp);
  leader.transfer.reset();
  notices_.push_back(TransferChange{.to = {}, .last = log_.last_index(), .term = hard_state_.term});
}

std::optional<NodeId> Raft::transferring_to() const {
  const auto* leader = std::get_if<Leader>(&state_);
  if (leader == nullptr || !leader->transfer) return std::nullopt;
  return leader->transfer->to;
}

// Tells the successor as soon as its disk holds all that ours does; no commands come meanwhile.
//
// From then on it may hold an election at any time, which §4.2.3 does not hold up; also after the
// transfer was given up, for TimeoutNow may be late. So this leader must not rely on a lease again.
void Raft::advance_transfer(Leader& leader) {
  if (!leader.transfer || leader.transfer->told) return;
  const NodeId to = leader.transfer->to;
  const Progress* successor = find(leader, to);
  if (successor == nullptr || successor->match() < log_.last_index()) return;
  leader.transfer->told = true;
  if (config_.lease) note(Occasion::kLeaseGivenUp);
  leader.reads.no_lease = true;
  send(to, TimeoutNow{.term = hard_state_.term, .last = log_.last()});
}

void Raft::handle(NodeId from, TimeoutNow& request) {
  if (request.term < hard_state_.term) return;
  if (request.term > hard_state_.term) follow(request.term, from);
  // An old one, from before this server's election, or before its log was cut back, says nothing.
  const bool follows = role() == Role::kFollower || role() == Role::kPreCandidate;
  if (follows && may_campaign() && last_durable() >= request.last) campaign_as_candidate(true);
}

}  // namespace seedbed::raft

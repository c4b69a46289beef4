// Read-only queries (§6.4): they are answered beside the log, from the state of a server that has
// applied what was committed when they came.
//
//   1. The leader must have committed an entry of its own term, or it does not know what is.
//   2. It notes its commit index: the read index of the queries that have come.
//   3. It makes sure that it still leads: a quorum answers a round of heartbeats that began after
//      they came. One round is under way at a time; who comes meanwhile shares the next.
//   4. Whoever has applied the log through the read index may answer. A follower asks the leader
//      for the index, and answers its clients itself.
//
// Leases (§6.4.1) save the round: since voters do not elect anybody else for some time after they
// have answered a heartbeat, a leader need not ask again within it. That time is measured by many
// clocks, so it rests on a bound of how wrong they run, as nothing else in Raft does.
#include <algorithm>
#include <utility>

#include "protocols/raft/raft.h"

namespace seedbed::raft {

bool Raft::query(NodeTime now, ReadId id) {
  advance_time(now);
  if (auto* leader = std::get_if<Leader>(&state_)) {
    leader->reads.waiting.push_back({.server = config_.self, .id = id});
    return true;
  }
  if (const auto leader = this->leader()) {
    send(*leader, ReadIndex{.term = hard_state_.term, .id = id});
    return true;
  }
  return false;
}

void Raft::handle(NodeId from, ReadIndex& request) {
  auto* leader = std::get_if<Leader>(&state_);
  if (leader == nullptr) return;
  if (request.term > hard_state_.term) {
    follow(request.term, std::nullopt);
  } else {
    leader->reads.waiting.push_back({.server = from, .id = request.id});
  }
}

// What was committed when the question came is so for ever, whatever the term is now.
void Raft::handle(NodeId, ReadIndexResponse& response) {
  reads_.push_back({.id = response.id, .index = response.index});
}

void Raft::begin_round(Leader& leader) {
  ++leader.reads.round;
  if (config_.lease) leader.reads.sent.push_back({.round = leader.reads.round, .at = now_});
}

void Raft::ask_for_reads(Leader& leader) {
  Reads& reads = leader.reads;
  if (reads.waiting.empty() || reads.asked) return;
  if (!rules_.may_query(log_.id_at(commit_).term, hard_state_.term)) {
    return note(Occasion::kQueryWaitsForTerm);
  }
  if (!rules_.query_needs_round() || holds_lease(leader)) {
    grant(std::exchange(reads.waiting, {}), commit_);
    return;
  }
  if (config_.lease) note(Occasion::kLeaseOver);
  if (reads.waiting.size() > 1) note(Occasion::kQueriesShareRound);
  begin_round(leader);
  reads.asked = ReadBatch{
      .round = reads.round, .index = commit_, .readers = std::exchange(reads.waiting, {})};
  for (const Progress& follower : leader.followers) send_heartbeat(follower, reads.round);
  count_round(leader);
}

// A follower has answered a round, or there is nobody to answer.
void Raft::count_round(Leader& leader) {
  Reads& reads = leader.reads;
  if (!reads.asked && reads.sent.empty()) return;  // nobody waits for one
  const uint64_t answered = configuration().held_by_quorum([&](NodeId id) {
    if (id == config_.self) return reads.round;
    const Progress* follower = find(leader, id);
    return follower == nullptr ? 0 : follower->round();
  });
  while (!reads.sent.empty() && reads.sent.front().round <= answered) {
    const Duration length = rules_.lease_length(config_.lease->promise, config_.lease->drift_ppm);
    reads.lease_until = std::max(reads.lease_until, reads.sent.front().at + length);
    reads.sent.pop_front();
  }
  if (!reads.asked) return;
  if (!rules_.confirms(answered, reads.asked->round)) return note(Occasion::kOldRoundIgnored);
  const ReadBatch batch = *std::exchange(reads.asked, std::nullopt);
  grant(batch.readers, batch.index);
}

void Raft::grant(const std::vector<Reader>& readers, LogIndex index) {
  for (const Reader& reader : readers) {
    if (reader.server == config_.self) {
      reads_.push_back({.id = reader.id, .index = index});
    } else {
      send(reader.server,
           ReadIndexResponse{.term = hard_state_.term, .id = reader.id, .index = index});
    }
  }
}

bool Raft::holds_lease(const Leader& leader) const {
  return config_.lease && !leader.reads.no_lease && now_ < leader.reads.lease_until;
}

bool Raft::holds_lease() const {
  const auto* leader = std::get_if<Leader>(&state_);
  return leader != nullptr && holds_lease(*leader);
}

}  // namespace seedbed::raft

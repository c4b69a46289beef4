// Log compaction (chapter 5): a snapshot of the state machine stands for the entries that led to
// it.
//
// Every server takes its own (§5.1), when its shell finds the log long enough. A leader sends one
// only to a follower that lacks entries which the leader's log has no more: in pieces, of which one
// is under way at a time, so that neither side holds more than the snapshot, and heartbeats go on
// beside them. The follower says with each answer how much it has. So a lost piece, a follower that
// has started again, or a new leader that happens to have the same snapshot, costs no more than
// what is missing.
//
// The state machine must be deterministic down to the bytes of its snapshots: then servers that
// applied the same entries have the same snapshot, and its digest tells.
#include <algorithm>
#include <utility>

#include "protocols/raft/raft.h"
#include "sim/core/check.h"
#include "sim/core/hash.h"

namespace seedbed::raft {

// --- Every server -----------------------------------------------------------------------------

bool Raft::may_compact() const {
  return applied_ > snapshot_.last.index && applied_ <= writes_.durable_index();
}

const Snapshot& Raft::compact(std::string_view state) {
  INVARIANT(may_compact(), "a snapshot at {}, but the last one is at {} and the disk ends at {}",
            applied_, snapshot_.last.index, writes_.durable_index());
  const Configuration configuration = rules_.configuration_for_snapshot(
      configuration_at(applied_), configurations_.front().configuration);
  snapshot_ = {.last = log_.id_at(applied_), .configuration = configuration, .state = state};
  const uint64_t kept = std::min<uint64_t>(config_.trailing_entries, applied_);
  log_.compact(applied_ - kept);
  // Of the configurations that it covers, the last one is enough.
  const auto behind = std::find_if(configurations_.begin(), configurations_.end(),
                                   [&](const auto& one) { return one.at.index > applied_; });
  configurations_.erase(configurations_.begin(), behind);
  configurations_.insert(configurations_.begin(), {snapshot_.last, snapshot_.configuration});
  noted_configuration_ = in_force().at;
  return snapshot_;
}

// The latest in the log at that entry.
const Configuration& Raft::configuration_at(LogIndex index) const {
  auto found = configurations_.rbegin();
  while (found + 1 != configurations_.rend() && found->at.index > index) ++found;
  return found->configuration;
}

// --- The leader -------------------------------------------------------------------------------

void Raft::send_snapshot(Progress& follower) {
  Installing& installing = *follower.installing();
  if (std::exchange(installing.outstanding, true)) return;
  const Snapshot& snapshot = installing.snapshot;
  const std::string_view state = snapshot.state;
  const uint64_t offset = std::min<uint64_t>(installing.offset, state.size());
  std::string chunk(state.substr(offset, config_.snapshot_chunk_bytes));
  const uint64_t checksum = hash_bytes(chunk);
  send(follower.id(), InstallSnapshot{.term = hard_state_.term,
                                      .last = snapshot.last,
                                      .configuration = snapshot.configuration,
                                      .size = state.size(),
                                      .digest = installing.digest,
                                      .offset = offset,
                                      .chunk = std::move(chunk),
                                      .checksum = checksum});
}

void Raft::handle(NodeId from, InstallSnapshotResponse& response) {
  Progress* follower = answered_by(from, response.term);
  if (follower == nullptr) return;
  Installing* installing = follower->installing();
  if (installing == nullptr || installing->snapshot.last != response.last) return;
  const uint64_t expected = std::min<uint64_t>(installing->offset + config_.snapshot_chunk_bytes,
                                               installing->snapshot.state.size());
  if (response.offset != expected) note(Occasion::kPieceFromElsewhere);
  installing->offset = response.offset;
  // Once it has everything, its disk takes its time; heartbeats go on asking.
  installing->outstanding = response.offset >= installing->snapshot.state.size();
}

// --- The follower -----------------------------------------------------------------------------

void Raft::handle(NodeId from, InstallSnapshot& request) {
  if (request.term < hard_state_.term) {
    send(from, InstallSnapshotResponse{.term = hard_state_.term, .last = request.last});
    return;
  }
  follow(request.term, from);
  std::get<Follower>(state_).election_due = draw_election_due();

  // It has nothing new, or nothing that our log does not have: entries behind it may stay.
  if (request.last.index <= commit_ || log_.contains(request.last)) {
    const bool known = request.last.index <= commit_;
    note(known ? Occasion::kSnapshotNothingNew : Occasion::kSnapshotKeepsLog);
    incoming_.reset();
    commit_to(request.last.index);
    acknowledge_through(from, request.last.index, 0);
    return;
  }
  take_piece(from, request);
}

void Raft::take_piece(NodeId from, InstallSnapshot& request) {
  const auto is_of = [&](const Incoming& one) {
    return one.last == request.last && one.digest == request.digest && one.size == request.size;
  };
  if (!incoming_ || !is_of(*incoming_)) {
    incoming_ =
        Incoming{.last = request.last, .digest = request.digest, .size = request.size, .state = {}};
  }
  const bool sound = hash_bytes(request.chunk) == request.checksum &&
                     request.offset + request.chunk.size() <= request.size;
  if (sound && request.offset == incoming_->state.size()) {
    incoming_->state += request.chunk;
  } else {
    note(Occasion::kPieceNotNext);
  }
  const bool whole = incoming_->state.size() == incoming_->size;
  if (whole && hash_bytes(incoming_->state) == incoming_->digest) {
    install(from, request);
    return;
  }
  if (whole) incoming_->state.clear();
  send(from,
       InstallSnapshotResponse{
           .term = hard_state_.term, .last = request.last, .offset = incoming_->state.size()});
}

// Figure 5.3, steps 7 and 8: the log goes, and the state machine begins anew from the snapshot. On
// the disk both happen at once, and the leader is told when they have.
void Raft::install(NodeId from, const InstallSnapshot& request) {
  const Incoming incoming = *std::exchange(incoming_, std::nullopt);
  snapshot_ = {
      .last = request.last, .configuration = request.configuration, .state = incoming.state};
  log_.reset(snapshot_.last);
  writes_.stage_snapshot(snapshot_);
  commit_ = applied_ = snapshot_.last.index;
  restore_ = true;
  notices_.push_back(CommitAdvance{snapshot_.last, hard_state_.term});
  find_configurations();
  note_configuration();
  send(from, InstallSnapshotResponse{
                 .term = hard_state_.term, .last = request.last, .offset = incoming.size});
  acknowledge_through(from, snapshot_.last.index, 0);
}

// A snapshot is on its way to the disk.
bool Raft::is_installing() const { return writes_.durable_index() < log_.base().index; }

}  // namespace seedbed::raft

#include "protocols/raft/convert.h"

namespace seedbed::raft {
namespace {

using WireIds = google::protobuf::RepeatedField<uint32_t>;

void to_wire(const std::vector<NodeId>& ids, WireIds* out) {
  for (const NodeId id : ids) out->Add(number(id));
}

std::vector<NodeId> from_wire(const WireIds& ids) {
  std::vector<NodeId> in;
  for (const uint32_t id : ids) in.push_back(NodeId{id});
  return in;
}

}  // namespace

void to_wire(EntryId id, wire::EntryId* out) {
  out->set_index(id.index);
  out->set_term(number(id.term));
}

EntryId from_wire(const wire::EntryId& id) {
  return {.index = id.index(), .term = Term{id.term()}};
}

wire::RequestVote to_wire(const RequestVote& message) {
  wire::RequestVote out;
  out.set_pre_vote(message.pre_vote);
  out.set_term(number(message.term));
  to_wire(message.last, out.mutable_last());
  out.set_transfer(message.transfer);
  return out;
}

RequestVote from_wire(const wire::RequestVote& message) {
  return {.pre_vote = message.pre_vote(),
          .term = Term{message.term()},
          .last = from_wire(message.last()),
          .transfer = message.transfer()};
}

wire::RequestVoteResponse to_wire(const RequestVoteResponse& message) {
  wire::RequestVoteResponse out;
  out.set_pre_vote(message.pre_vote);
  out.set_term(number(message.term));
  out.set_requested(number(message.requested));
  out.set_granted(message.granted);
  return out;
}

RequestVoteResponse from_wire(const wire::RequestVoteResponse& message) {
  return {.pre_vote = message.pre_vote(),
          .term = Term{message.term()},
          .requested = Term{message.requested()},
          .granted = message.granted()};
}

wire::AppendEntries to_wire(const AppendEntries& message) {
  wire::AppendEntries out;
  out.set_term(number(message.term));
  to_wire(message.prev, out.mutable_prev());
  out.mutable_entries()->Reserve(static_cast<int>(message.entries.size()));
  for (const Entry& entry : message.entries) {
    wire::Entry* copy = out.add_entries();
    copy->set_index(entry.index);
    copy->set_term(number(entry.term));
    copy->set_kind(static_cast<uint32_t>(entry.kind));
    copy->set_data(entry.data.view().data(), entry.data.size());
  }
  out.set_leader_commit(message.leader_commit);
  out.set_round(message.round);
  return out;
}

AppendEntries from_wire(const wire::AppendEntries& message) {
  AppendEntries in{.term = Term{message.term()}, .prev = from_wire(message.prev())};
  in.entries.reserve(static_cast<size_t>(message.entries_size()));
  for (const wire::Entry& entry : message.entries()) {
    in.entries.push_back({.index = entry.index(),
                          .term = Term{entry.term()},
                          .kind = static_cast<EntryKind>(entry.kind()),
                          .data = entry.data()});
  }
  in.leader_commit = message.leader_commit();
  in.round = message.round();
  return in;
}

wire::AppendEntriesResponse to_wire(const AppendEntriesResponse& message) {
  wire::AppendEntriesResponse out;
  out.set_term(number(message.term));
  out.set_success(message.success);
  out.set_match(message.match);
  out.set_refused(message.refused);
  out.set_hint_term(number(message.hint.term));
  out.set_hint_first_index(message.hint.first_index);
  out.set_round(message.round);
  return out;
}

AppendEntriesResponse from_wire(const wire::AppendEntriesResponse& message) {
  return {.term = Term{message.term()},
          .success = message.success(),
          .match = message.match(),
          .refused = message.refused(),
          .hint = {.term = Term{message.hint_term()}, .first_index = message.hint_first_index()},
          .round = message.round()};
}

void to_wire(const Configuration& configuration, wire::Configuration* out) {
  to_wire(configuration.voters, out->mutable_voters());
  to_wire(configuration.outgoing, out->mutable_outgoing());
  to_wire(configuration.learners, out->mutable_learners());
  to_wire(configuration.removed, out->mutable_removed());
}

Configuration from_wire(const wire::Configuration& configuration) {
  return {.voters = from_wire(configuration.voters()),
          .outgoing = from_wire(configuration.outgoing()),
          .learners = from_wire(configuration.learners()),
          .removed = from_wire(configuration.removed())};
}

wire::InstallSnapshot to_wire(const InstallSnapshot& message) {
  wire::InstallSnapshot out;
  out.set_term(number(message.term));
  to_wire(message.last, out.mutable_last());
  to_wire(message.configuration, out.mutable_configuration());
  out.set_size(message.size);
  out.set_digest(message.digest);
  out.set_offset(message.offset);
  out.set_chunk(message.chunk);
  out.set_checksum(message.checksum);
  return out;
}

InstallSnapshot from_wire(const wire::InstallSnapshot& message) {
  return {.term = Term{message.term()},
          .last = from_wire(message.last()),
          .configuration = from_wire(message.configuration()),
          .size = message.size(),
          .digest = message.digest(),
          .offset = message.offset(),
          .chunk = message.chunk(),
          .checksum = message.checksum()};
}

wire::InstallSnapshotResponse to_wire(const InstallSnapshotResponse& message) {
  wire::InstallSnapshotResponse out;
  out.set_term(number(message.term));
  to_wire(message.last, out.mutable_last());
  out.set_offset(message.offset);
  return out;
}

InstallSnapshotResponse from_wire(const wire::InstallSnapshotResponse& message) {
  return {
      .term = Term{message.term()}, .last = from_wire(message.last()), .offset = message.offset()};
}

wire::TimeoutNow to_wire(const TimeoutNow& message) {
  wire::TimeoutNow out;
  out.set_term(number(message.term));
  to_wire(message.last, out.mutable_last());
  return out;
}

TimeoutNow from_wire(const wire::TimeoutNow& message) {
  return {.term = Term{message.term()}, .last = from_wire(message.last())};
}

wire::ReadIndex to_wire(const ReadIndex& message) {
  wire::ReadIndex out;
  out.set_term(number(message.term));
  out.set_id(message.id);
  return out;
}

ReadIndex from_wire(const wire::ReadIndex& message) {
  return {.term = Term{message.term()}, .id = message.id()};
}

wire::ReadIndexResponse to_wire(const ReadIndexResponse& message) {
  wire::ReadIndexResponse out;
  out.set_term(number(message.term));
  out.set_id(message.id);
  out.set_index(message.index);
  return out;
}

ReadIndexResponse from_wire(const wire::ReadIndexResponse& message) {
  return {.term = Term{message.term()}, .id = message.id(), .index = message.index()};
}

}  // namespace seedbed::raft

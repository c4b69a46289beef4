// Between the plain structs of the core and the protobuf messages of the wire.
#pragma once

#include "protocols/raft/messages.h"
#include "protocols/raft/raft.pb.h"

namespace seedbed::raft {

wire::RequestVote to_wire(const RequestVote& message);
wire::RequestVoteResponse to_wire(const RequestVoteResponse& message);
wire::AppendEntries to_wire(const AppendEntries& message);
wire::AppendEntriesResponse to_wire(const AppendEntriesResponse& message);
wire::InstallSnapshot to_wire(const InstallSnapshot& message);
wire::InstallSnapshotResponse to_wire(const InstallSnapshotResponse& message);
wire::TimeoutNow to_wire(const TimeoutNow& message);
wire::ReadIndex to_wire(const ReadIndex& message);
wire::ReadIndexResponse to_wire(const ReadIndexResponse& message);
void to_wire(EntryId id, wire::EntryId* out);
void to_wire(const Configuration& configuration, wire::Configuration* out);

RequestVote from_wire(const wire::RequestVote& message);
RequestVoteResponse from_wire(const wire::RequestVoteResponse& message);
AppendEntries from_wire(const wire::AppendEntries& message);
AppendEntriesResponse from_wire(const wire::AppendEntriesResponse& message);
InstallSnapshot from_wire(const wire::InstallSnapshot& message);
InstallSnapshotResponse from_wire(const wire::InstallSnapshotResponse& message);
TimeoutNow from_wire(const wire::TimeoutNow& message);
ReadIndex from_wire(const wire::ReadIndex& message);
ReadIndexResponse from_wire(const wire::ReadIndexResponse& message);
EntryId from_wire(const wire::EntryId& id);
Configuration from_wire(const wire::Configuration& configuration);

}  // namespace seedbed::raft

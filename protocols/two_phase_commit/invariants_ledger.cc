#include "protocols/two_phase_commit/invariants_ledger.h"

#include <fmt/format.h>

#include "sim/core/check.h"

namespace seedbed::two_phase_commit {

std::string to_string(const TxnId& id) {
  return fmt::format("n{}.{}.{}", number(id.coordinator), id.incarnation, id.n);
}

Ledger::Ledger(const Roles& roles) : roles_(roles) {
  for (const NodeId node : roles.coordinators) disks_.try_emplace(node);
  for (const NodeId node : roles.participants) disks_.try_emplace(node);
}

void Ledger::follow(const TraceEvent& event) {
  if (!interests().contains(event.kind)) return;
  if (event.index <= seen_ && event.index != kNoEvent) return;
  seen_ = event.index;
  const auto place = disks_.find(event.node);
  if (place == disks_.end()) return;
  Disk& disk = place->second;
  disk.image.apply(event);
  disk.log.look(disk.image);
  if (disk.log.take_restart()) begin_anew(event.node, disk);
  const bool coordinates = roles_.coordinates(event.node);
  while (const auto bytes = disk.log.next()) {
    if (coordinates) {
      const auto record = decode_coordinator_record(bytes->type, bytes->payload);
      if (record) take(event, disk, *record);
    } else {
      const auto record = decode_participant_record(bytes->type, bytes->payload);
      if (record) take(event, disk, *record);
    }
  }
  disk.image.settle();
}

void Ledger::begin_anew(NodeId node, Disk& disk) {
  disk.participant = ParticipantImage();
  disk.coordinator = CoordinatorImage();
  const auto checkpoint = disk.log.checkpoint();
  if (!checkpoint) return;
  if (roles_.coordinates(node)) {
    if (auto image = decode_coordinator_image(checkpoint->state)) {
      disk.coordinator = *std::move(image);
    }
  } else if (auto image = decode_participant_image(checkpoint->state)) {
    disk.participant = *std::move(image);
  }
}

void Ledger::take(const TraceEvent& event, Disk& disk, const ParticipantRecord& record) {
  disk.participant.take(record);
  if (const auto* prepared = std::get_if<Prepared>(&record)) {
    writers_.try_emplace(prepared->age.id, prepared->writers);
    note(event, {.kind = Deed::Kind::kPrepared, .node = {}, .id = prepared->age.id});
    return;
  }
  const auto& decided = std::get<Decided>(record);
  note(event, {.kind = decided.committed ? Deed::Kind::kCommitted : Deed::Kind::kAborted,
               .node = {},
               .id = decided.id,
               .by_operator = decided.by_operator});
}

void Ledger::take(const TraceEvent& event, Disk& disk, const CoordinatorRecord& record) {
  disk.coordinator.take(record);
  if (const auto* decision = std::get_if<Decision>(&record)) {
    writers_.insert_or_assign(decision->id, decision->writers);
    note(event, {.kind = Deed::Kind::kDecision, .node = {}, .id = decision->id});
  } else if (const auto* end = std::get_if<End>(&record)) {
    note(event, {.kind = Deed::Kind::kEnd, .node = {}, .id = end->id});
  }
}

// A disk that is read again from its beginning tells nothing new.
void Ledger::note(const TraceEvent& event, Deed deed) {
  deed.node = event.node;
  deed.event = event.index;
  deed.time = event.time;
  if (known_.try_emplace({deed.kind, deed.node, deed.id}, deeds_.size()).second) {
    deeds_.push_back(deed);
  }
}

const Deed* Ledger::find(Deed::Kind kind, NodeId node, const TxnId& id) const {
  const auto place = known_.find({kind, node, id});
  return place == known_.end() ? nullptr : &deeds_[place->second];
}

const std::vector<NodeId>& Ledger::writers(const TxnId& id) const {
  static const std::vector<NodeId> kNobody;
  const auto place = writers_.find(id);
  return place == writers_.end() ? kNobody : place->second;
}

const Deed* Ledger::damage() const {
  for (const Deed& deed : deeds_) {
    if (!deed.by_operator) continue;
    const bool committed = find(Deed::Kind::kDecision, deed.id.coordinator, deed.id) != nullptr;
    if (committed != (deed.kind == Deed::Kind::kCommitted)) return &deed;
  }
  return nullptr;
}

const ParticipantImage& Ledger::participant(NodeId node) const {
  return disks_.at(node).participant;
}

const CoordinatorImage& Ledger::coordinator(NodeId node) const {
  return disks_.at(node).coordinator;
}

}  // namespace seedbed::two_phase_commit

#include "protocols/two_phase_commit/invariants_ledger.h"

#include <fmt/format.h>

#include "sim/core/check.h"

namespace seedbed::two_phase_commit {

std::string to_string(const TxnId& id) {
  return fmt::format("n{}.{}.{}", number(id.coordinator), id.incarnation, id.n);
}

Ledger::Server::Server(const Roles& roles, NodeId name) : group(roles.members(name)) {}

Ledger::Ledger(const Roles& roles) : roles_(roles) {
  for (const NodeId name : roles.coordinators) servers_.try_emplace(name, roles, name);
  for (const NodeId name : roles.participants) servers_.try_emplace(name, roles, name);
}

void Ledger::follow(const TraceEvent& event) {
  if (!interests().contains(event.kind)) return;
  if (event.index <= seen_ && event.index != kNoEvent) return;
  seen_ = event.index;
  const NodeId name = name_of(event.node);
  const auto place = servers_.find(name);
  if (place == servers_.end()) return;
  if (roles_.are_groups()) {
    follow_group(event, name, place->second);
  } else {
    follow_disk(event, name, place->second);
  }
}

void Ledger::follow_disk(const TraceEvent& event, NodeId name, Server& server) {
  server.image.apply(event);
  server.log.look(server.image);
  if (server.log.take_restart()) {
    const auto checkpoint = server.log.checkpoint();
    begin_anew(name, server, checkpoint ? checkpoint->state : std::string_view());
  }
  while (const auto record = server.log.next()) {
    take(event, name, server, record->type, record->payload);
  }
  server.image.settle();
}

void Ledger::follow_group(const TraceEvent& event, NodeId name, Server& server) {
  server.group.follow(event);
  while (const auto command = server.group.next()) {
    const Place begin = server.machine.begin();
    Place known = server.machine.end();
    if (!server.machine.apply(*command)) continue;
    const JournalContents& contents = server.machine.contents();
    if (server.machine.begin() != begin) {
      begin_anew(name, server, contents.checkpoint);
      known = server.machine.begin();
    }
    for (Place place = known; place < server.machine.end(); ++place) {
      const JournalRecord& record = contents.records[place - server.machine.begin()];
      take(event, name, server, record.type, record.bytes);
    }
  }
}

void Ledger::begin_anew(NodeId name, Server& server, std::string_view checkpoint) {
  server.participant = ParticipantImage();
  server.coordinator = CoordinatorImage();
  if (checkpoint.empty()) return;
  if (roles_.coordinates(name)) {
    if (auto image = decode_coordinator_image(checkpoint)) server.coordinator = *std::move(image);
  } else if (auto image = decode_participant_image(checkpoint)) {
    server.participant = *std::move(image);
  }
}

void Ledger::take(const TraceEvent& event, NodeId name, Server& server, uint8_t type,
                  std::string_view bytes) {
  if (roles_.coordinates(name)) {
    const auto record = decode_coordinator_record(type, bytes);
    if (record) take(event, name, server, *record);
  } else {
    const auto record = decode_participant_record(type, bytes);
    if (record) take(event, name, server, *record);
  }
}

void Ledger::take(const TraceEvent& event, NodeId name, Server& server,
                  const ParticipantRecord& record) {
  server.participant.take(record);
  if (const auto* prepared = std::get_if<Prepared>(&record)) {
    writers_.try_emplace(prepared->age.id, prepared->writers);
    note(event, {.kind = Deed::Kind::kPrepared, .node = name, .id = prepared->age.id});
    return;
  }
  const auto& decided = std::get<Decided>(record);
  note(event, {.kind = decided.committed ? Deed::Kind::kCommitted : Deed::Kind::kAborted,
               .node = name,
               .id = decided.id,
               .by_operator = decided.by_operator});
}

void Ledger::take(const TraceEvent& event, NodeId name, Server& server,
                  const CoordinatorRecord& record) {
  server.coordinator.take(record);
  if (const auto* decision = std::get_if<Decision>(&record)) {
    writers_.insert_or_assign(decision->id, decision->writers);
    note(event, {.kind = Deed::Kind::kDecision, .node = name, .id = decision->id});
  } else if (const auto* end = std::get_if<End>(&record)) {
    note(event, {.kind = Deed::Kind::kEnd, .node = name, .id = end->id});
  }
}

// A disk that is read again from its beginning tells nothing new.
void Ledger::note(const TraceEvent& event, Deed deed) {
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

bool Ledger::is_over(NodeId participant, uint32_t life) const {
  return roles_.are_groups() && number(servers_.at(participant).group.term()) > life;
}

const ParticipantImage& Ledger::participant(NodeId node) const {
  return servers_.at(node).participant;
}

const CoordinatorImage& Ledger::coordinator(NodeId node) const {
  return servers_.at(node).coordinator;
}

}  // namespace seedbed::two_phase_commit

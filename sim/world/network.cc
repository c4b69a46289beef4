// Invariants:
//   1. A packet is pending in the queue (then the network owns it), has an owner, or is free.
//   2. A sequence counts every message of its type that was sent on its link, whatever became of
//      it.
#include "sim/world/network.h"

#include <fmt/format.h>

#include "sim/world/node.h"
#include "sim/world/sites.h"

namespace seedbed {
namespace {

// A link as one number. Never 0, for nothing is sent to the world.
uint64_t link_number(NodeId from, NodeId to) {
  return uint64_t{number(from)} << 32 | uint64_t{number(to)};
}

}  // namespace

Network::~Network() {
  for (Packet& packet : packets_) scheduler_.cancel(packet);
}

void Network::attach(Node& node) {
  if (nodes_.size() <= number(node.id())) nodes_.resize(number(node.id()) + 1);
  nodes_[number(node.id())] = &node;
}

std::string Network::name_of(NodeId id) const {
  return id == kWorld ? "world" : nodes_.at(number(id))->name();
}

Scope Network::scope_of(const Packet& packet) const {
  CHECK(number(packet.to) < nodes_.size() && nodes_[number(packet.to)] != nullptr);
  return scheduler_.choices().scope(
      fmt::format("{}->{} {}", name_of(packet.from), name_of(packet.to), packet.type().name));
}

inline Network::Sequence& Network::sequence(const Packet& packet) {
  Sequence& sequence = sequences_[{link_number(packet.from, packet.to), packet.type().hash}];
  if (sequence.count == 0) sequence.scope = scope_of(packet);
  return sequence;
}

PacketPtr Network::duplicate_of(const Packet& packet) {
  PacketPtr copy = new_packet();
  copy->from = packet.from;
  copy->to = packet.to;
  copy->message = packet.message;
  copy->label = packet.label;
  copy->role = packet.role;
  copy->call = packet.call;
  copy->id = packet.id;
  copy->copy = 1;
  copy->duplicated = true;
  return copy;
}

void Network::send(PacketPtr&& packet) {
  Choices& choices = scheduler_.choices();
  packet->id = ++messages_;
  packet->copy = 0;
  packet->duplicated = false;
  Sequence& sent = sequence(*packet);
  const Scope scope = sent.scope;
  const uint64_t ordinal = ++sent.count;
  const Link* wire =
      links_.empty() ? nullptr : links_.find({link_number(packet->from, packet->to)});

  const bool trouble = wire != nullptr && !wire->trouble.loss.never();
  const Ratio loss = trouble ? wire->trouble.loss : options_.loss;
  const bool lost = choices.fault(sites::kLoss, scope, ordinal, loss, 1, packet->label) != 0;
  const bool duplicated =
      choices.fault(sites::kDuplicate, scope, ordinal, options_.duplicate, 1, packet->label) != 0;
  const uint64_t held =
      choices.fault(sites::kReorder, scope, ordinal, options_.reorder, 16, packet->label);
  const uint64_t jitter = choices.ambient(sites::kLatency, scope, ordinal);

  scheduler_.stream().emit({.kind = EventKind::kSend,
                            .node = packet->from,
                            .peer = packet->to,
                            .id = packet->id,
                            .value = packet->type().hash,
                            .name = packet->type().name,
                            .payload = packet->message ? &packet->message.get() : nullptr});
  if (lost) {
    ++faults_.lost;
    emit_drop(*packet, DropReason::kLoss);
    return;
  }
  if (wire != nullptr && wire->cuts != 0) {
    ++faults_.cut;
    emit_drop(*packet, DropReason::kPartition);
    return;
  }
  if (options_.serialize && packet->message) packet->message = packet->message.reparsed();
  Duration delay = options_.latency.sample(jitter);
  if (wire != nullptr) delay += wire->trouble.extra_latency;
  if (held != 0) {
    ++faults_.reordered;
    delay += options_.latency.mean * static_cast<int64_t>(held);
  }
  if (duplicated) {
    ++faults_.duplicated;
    packet->duplicated = true;
    const uint64_t more = choices.ambient(sites::kCopyLatency, scope, ordinal);
    dispatch(duplicate_of(*packet), delay + options_.latency.sample(more));
  }
  dispatch(std::move(packet), delay);
}

inline void Network::dispatch(PacketPtr&& packet, Duration delay) {
  scheduler_.schedule_in(*packet.release(), delay);  // the network's, until fire()
}

void Packet::fire() {
  PacketPtr self(this);
  if (!network_.links_.empty() && network_.is_cut(from, to)) {
    ++network_.faults_.cut;
    network_.emit_drop(*this, DropReason::kPartition);
    return;
  }
  network_.nodes_[number(to)]->receive(std::move(self));
}

void Network::emit_drop(const Packet& packet, DropReason reason) {
  scheduler_.stream().emit({.kind = EventKind::kDrop,
                            .node = packet.from,
                            .peer = packet.to,
                            .id = packet.id,
                            .value = static_cast<uint64_t>(reason),
                            .name = packet.type().name});
}

void Network::cut(NodeId from, NodeId to) { ++links_[{link_number(from, to)}].cuts; }

void Network::mend(NodeId from, NodeId to) {
  Link* wire = links_.find({link_number(from, to)});
  if (wire != nullptr && wire->cuts > 0) --wire->cuts;
}

bool Network::is_cut(NodeId from, NodeId to) const {
  const Link* wire = links_.find({link_number(from, to)});
  return wire != nullptr && wire->cuts != 0;
}

void Network::set_trouble(NodeId from, NodeId to, LinkTrouble trouble) {
  links_[{link_number(from, to)}].trouble = trouble;
}

void Network::heal() { options_.loss = options_.duplicate = options_.reorder = Ratio(); }

}  // namespace seedbed

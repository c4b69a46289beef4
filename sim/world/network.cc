// Invariants:
//   1. A packet is pending in the queue (then the network owns it), has an owner, or is free.
//   2. A sequence counts every message of its type that was sent on its link, whatever became of
//      it.
//   3. While choices are not watched, a sequence holds the latency of the message after those it
//      has counted. It is drawn when the one before has been sent: nobody waits for it then,
//      whereas the next action of the queue waits for a message to be in its place.
#include "sim/world/network.h"

#include <fmt/format.h>

#include "sim/core/prefetch.h"
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
  if (sequence.count == 0) [[unlikely]] {
    sequence.scope = scope_of(packet);
    if (!scheduler_.choices().watched()) sequence.next_latency = drawn_latency(sequence.scope, 1);
  }
  return sequence;
}

inline Duration Network::drawn_latency(Scope scope, uint64_t ordinal) {
  return options_.latency.sample(scheduler_.choices().ambient(sites::kLatency, scope, ordinal));
}

// That of the message which was counted last.
inline Duration Network::take_latency(Sequence& sent) {
  if (scheduler_.choices().watched()) return drawn_latency(sent.scope, sent.count);
  return std::exchange(sent.next_latency, drawn_latency(sent.scope, sent.count + 1));
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

inline void Network::dispatch(PacketPtr&& packet, Duration delay) {
  scheduler_.schedule_in(*packet.release(), delay);  // the network's, until fire()
}

inline void Network::emit_send(const Packet& packet) {
  scheduler_.stream().emit({.kind = EventKind::kSend,
                            .node = packet.from,
                            .peer = packet.to,
                            .id = packet.id,
                            .value = packet.type().hash,
                            .name = packet.type().name,
                            .payload = packet.message ? &packet.message.get() : nullptr});
}

void Network::send(PacketPtr&& packet) {
  packet->id = ++messages_;
  packet->copy = 0;
  packet->duplicated = false;
  Sequence& sent = sequence(*packet);
  ++sent.count;
  if (!calm()) [[unlikely]] {
    send_in_trouble(std::move(packet), sent);
    return;
  }
  emit_send(*packet);
  dispatch(std::move(packet), sent.next_latency);
  sent.next_latency = drawn_latency(sent.scope, sent.count + 1);
}

void Network::send_in_trouble(PacketPtr&& packet, Sequence& sent) {
  Choices& choices = scheduler_.choices();
  const Scope scope = sent.scope;
  const uint64_t ordinal = sent.count;
  const Link* wire =
      links_.empty() ? nullptr : links_.find({link_number(packet->from, packet->to)});

  const bool trouble = wire != nullptr && !wire->trouble.loss.never();
  const Ratio loss = trouble ? wire->trouble.loss : options_.loss;
  const bool lost = choices.fault(sites::kLoss, scope, ordinal, loss, 1, packet->label) != 0;
  const bool duplicated =
      choices.fault(sites::kDuplicate, scope, ordinal, options_.duplicate, 1, packet->label) != 0;
  const uint64_t held =
      choices.fault(sites::kReorder, scope, ordinal, options_.reorder, 16, packet->label);
  Duration delay = take_latency(sent);

  emit_send(*packet);
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

void Packet::fire() {
  PacketPtr self(this);
  if (!network_.links_.empty() && network_.is_cut(from, to)) [[unlikely]] {
    ++network_.faults_.cut;
    network_.emit_drop(*this, DropReason::kPartition);
    return;
  }
  network_.nodes_[number(to)]->receive(std::move(self));
}

void Packet::prefetch(uint32_t step) const {
  if (step == 0) {
    prefetch_range(this, sizeof(*this));
  } else {
    network_.nodes_[number(to)]->prefetch(*this, step - 1);
  }
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

void Network::heal() {
  options_.loss = options_.duplicate = options_.reorder = Ratio();
  may_fail_ = options_.may_fail();
}

}  // namespace seedbed

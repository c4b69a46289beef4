#include "sim/world/network.h"

#include <fmt/format.h>

#include "sim/world/sites.h"

namespace seedbed {

struct Network::Sequence {
  const MessageType* type;
  Role role;
  Scope scope;
  uint64_t count = 0;
};

struct Network::Link {
  uint32_t cuts = 0;
  LinkTrouble trouble;
  std::vector<Sequence> sequences;
};

class Network::Delivery final : public Action {
 public:
  explicit Delivery(Network& network) : network_(network) {}
  void fire() override { network_.arrive(*this); }
  Packet packet;

 private:
  Network& network_;
};

namespace {

const MessageType kRefusalType{.name = "refusal", .hash = hash_bytes("refusal")};

const MessageType& type_of(const Packet& packet) {
  return packet.message ? packet.message.type() : kRefusalType;
}

}  // namespace

Network::Network(Scheduler& scheduler, NetworkOptions options,
                 std::function<void(Packet& packet)> deliver,
                 std::function<std::string(NodeId)> name_of)
    : scheduler_(scheduler),
      options_(options),
      deliver_(std::move(deliver)),
      name_of_(std::move(name_of)) {}

Network::~Network() {
  for (const auto& delivery : deliveries_) scheduler_.cancel(*delivery);
}

Network::Link& Network::link(NodeId from, NodeId to) {
  if (links_.size() <= number(from)) links_.resize(number(from) + 1);
  auto& row = links_[number(from)];
  if (row.size() <= number(to)) row.resize(number(to) + 1);
  auto& link = row[number(to)];
  if (link == nullptr) link = std::make_unique<Link>();
  return *link;
}

const Network::Link* Network::find_link(NodeId from, NodeId to) const {
  if (links_.size() <= number(from)) return nullptr;
  const auto& row = links_[number(from)];
  return row.size() <= number(to) ? nullptr : row[number(to)].get();
}

Network::Sequence& Network::sequence(Link& link, const Packet& packet) {
  const MessageType* type = &type_of(packet);
  for (Sequence& sequence : link.sequences) {
    if (sequence.type == type && sequence.role == packet.role) return sequence;
  }
  const Scope scope = scheduler_.choices().scope(
      fmt::format("{}->{} {}", name_of_(packet.from), name_of_(packet.to), type->name));
  return link.sequences.emplace_back(Sequence{.type = type, .role = packet.role, .scope = scope});
}

void Network::send(Packet packet) {
  Choices& choices = scheduler_.choices();
  packet.id = ++packets_;
  Link& wire = link(packet.from, packet.to);
  Sequence& sent = sequence(wire, packet);
  const Scope scope = sent.scope;
  const uint64_t ordinal = ++sent.count;

  const Ratio loss = wire.trouble.loss.never() ? options_.loss : wire.trouble.loss;
  const bool lost = choices.fault(sites::kLoss, scope, ordinal, loss, 1, packet.label) != 0;
  const bool duplicated =
      choices.fault(sites::kDuplicate, scope, ordinal, options_.duplicate, 1, packet.label) != 0;
  const uint64_t held =
      choices.fault(sites::kReorder, scope, ordinal, options_.reorder, 16, packet.label);
  const uint64_t jitter = choices.ambient(sites::kLatency, scope, ordinal);

  packet.duplicated = duplicated;
  packet.sent =
      scheduler_.stream().emit({.kind = EventKind::kSend,
                                .node = packet.from,
                                .peer = packet.to,
                                .id = packet.id,
                                .value = type_of(packet).hash,
                                .name = type_of(packet).name,
                                .payload = packet.message ? &packet.message.get() : nullptr});
  if (lost) {
    ++faults_.lost;
    emit_drop(packet, DropReason::kLoss);
    return;
  }
  if (wire.cuts != 0) {
    ++faults_.cut;
    emit_drop(packet, DropReason::kPartition);
    return;
  }
  if (held != 0) ++faults_.reordered;
  if (options_.serialize && packet.message) packet.message = packet.message.reparsed();
  const Duration delay = options_.latency.sample(jitter) + wire.trouble.extra_latency +
                         options_.latency.mean * static_cast<int64_t>(held);
  if (duplicated) {
    ++faults_.duplicated;
    const uint64_t more = choices.ambient(sites::kCopyLatency, scope, ordinal);
    Packet copy = packet;
    copy.copy = 1;
    dispatch(std::move(copy), delay + options_.latency.sample(more));
  }
  dispatch(std::move(packet), delay);
}

void Network::dispatch(Packet packet, Duration delay) {
  if (free_deliveries_.empty()) {
    deliveries_.push_back(std::make_unique<Delivery>(*this));
    free_deliveries_.push_back(deliveries_.back().get());
  }
  Delivery* delivery = free_deliveries_.back();
  free_deliveries_.pop_back();
  delivery->packet = std::move(packet);
  scheduler_.schedule_in(*delivery, delay);
}

void Network::arrive(Delivery& delivery) {
  Packet packet = std::move(delivery.packet);
  free_deliveries_.push_back(&delivery);
  const Link* wire = find_link(packet.from, packet.to);
  if (wire->cuts != 0) {
    ++faults_.cut;
    emit_drop(packet, DropReason::kPartition);
    return;
  }
  deliver_(packet);
}

void Network::emit_drop(const Packet& packet, DropReason reason) {
  scheduler_.stream().emit({.kind = EventKind::kDrop,
                            .node = packet.from,
                            .peer = packet.to,
                            .id = packet.id,
                            .value = static_cast<uint64_t>(reason),
                            .name = type_of(packet).name});
}

void Network::cut(NodeId from, NodeId to) { ++link(from, to).cuts; }

void Network::mend(NodeId from, NodeId to) {
  Link& wire = link(from, to);
  if (wire.cuts > 0) --wire.cuts;
}

bool Network::is_cut(NodeId from, NodeId to) const {
  const Link* wire = find_link(from, to);
  return wire != nullptr && wire->cuts != 0;
}

void Network::set_trouble(NodeId from, NodeId to, LinkTrouble trouble) {
  link(from, to).trouble = trouble;
}

void Network::heal() {
  options_.loss = options_.duplicate = options_.reorder = Ratio();
  for (auto& row : links_) {
    for (auto& wire : row) {
      if (wire == nullptr) continue;
      wire->cuts = 0;
      wire->trouble = {};
    }
  }
}

}  // namespace seedbed

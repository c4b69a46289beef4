// Invariants:
//   1. A packet is pending in the queue or held by a link (then the network owns it), has an owner,
//      or is free.
//   2. A sequence counts every message of its type that was sent on its link, whatever became of
//      it.
//   3. While choices are not watched, a sequence holds the latency of the message after those it
//      has counted. It is drawn when the one before has been sent: nobody waits for it then,
//      whereas the next action of the queue waits for a message to be in its place.
#include "sim/world/network.h"

#include <fmt/format.h>

#include "sim/core/prefetch.h"
#include "sim/world/connection.pb.h"
#include "sim/world/node.h"
#include "sim/world/sites.h"

namespace seedbed {
namespace {

using connection::Segment;

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
  copy->as_sent = packet.as_sent;
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
  packet->as_sent = true;
  Sequence& sent = sequence(*packet);
  const uint64_t ordinal = ++sent.count;
  if (!calm()) [[unlikely]] {
    send_in_trouble(std::move(packet), sent, ordinal);
    return;
  }
  emit_send(*packet);
  dispatch(std::move(packet), sent.next_latency);
  sent.next_latency = drawn_latency(sent.scope, sent.count + 1);
}

// Only what belongs to a connection can break one, and only one that is not half open already.
void Network::draw_breaks(const Packet& packet, Lot& lot) {
  Choices& choices = scheduler_.choices();
  const Segment& segment = *packet.message.as<Segment>();
  if (segment.kind() == Segment::OPEN || segment.kind() == Segment::RESET) return;
  if (swallows_.find({link_number(packet.to, packet.from), segment.connection()})) return;
  const auto draw = [&](const Site& site, Ratio odds) {
    return choices.fault(site, lot.scope, lot.ordinal, odds, 1, packet.label) != 0;
  };
  lot.reset = draw(sites::kReset, options_.reset);
  lot.half_open = draw(sites::kHalfOpen, options_.half_open);
}

// Is it a reset that its receiver must never get?
bool Network::swallowed(const Packet& packet) const {
  if (swallows_.empty() || !packet.message || !packet.message.is<Segment>()) return false;
  const Segment& segment = *packet.message.as<Segment>();
  return segment.kind() == Segment::RESET &&
         swallows_.find({link_number(packet.from, packet.to), segment.connection()}) != nullptr;
}

// What a firewall does that forgets a connection: it speaks in the name of an end.
void Network::break_connection(Packet& packet, const Lot& lot, Duration delay) {
  const Segment& segment = *packet.message.as<Segment>();
  Segment reset;
  reset.set_kind(Segment::RESET);
  reset.set_connection(segment.connection());
  reset.set_from_opener(segment.from_opener());
  reset.set_acceptor(segment.acceptor());
  if (lot.reset) {
    ++faults_.reset;
    Segment back = reset;
    back.set_from_opener(!segment.from_opener());
    PacketPtr answer = new_packet();
    answer->from = packet.to;
    answer->to = packet.from;
    answer->message = seal(std::move(back));
    answer->id = ++messages_;
    answer->copy = 0;
    answer->duplicated = false;
    answer->as_sent = true;
    emit_send(*answer);
    dispatch(std::move(answer), delay);
  } else {
    ++faults_.half_open;
    swallows_[{link_number(packet.to, packet.from), segment.connection()}] = true;
  }
  packet.replace(seal(std::move(reset)));
}

inline Network::Lot Network::draw_lot(const Packet& packet, Scope scope, uint64_t ordinal,
                                      const Link* link) {
  Choices& choices = scheduler_.choices();
  const Label label = packet.label;
  const Ratio loss = link == nullptr ? options_.loss : options_.loss + link->loss();
  Lot lot{.ordinal = ordinal, .scope = scope};
  lot.lost = choices.fault(sites::kLoss, scope, ordinal, loss, 1, label) != 0;
  lot.duplicated =
      choices.fault(sites::kDuplicate, scope, ordinal, options_.duplicate, 1, label) != 0;
  lot.held = choices.fault(sites::kReorder, scope, ordinal, options_.reorder, 16, label);
  lot.late = choices.fault(sites::kTail, scope, ordinal, options_.tail, 91, label);
  lot.flipped = choices.fault(sites::kCorrupt, scope, ordinal, options_.corrupt, 8, label);
  const bool breaks = !options_.reset.never() || !options_.half_open.never() || choices.watched();
  if (breaks && packet.message && packet.message.is<Segment>()) draw_breaks(packet, lot);
  return lot;
}

// Whether a message fits through a link whose capacity is limited, and how late that makes it.
bool Network::squeeze(const Packet& packet, Link& link, Duration& delay) {
  const uint64_t bytes = packet.bytes();
  if (link.too_large(bytes)) {
    ++faults_.too_large;
    emit_drop(packet, DropReason::kTooLarge);
    return false;
  }
  const auto wait = link.enqueue(bytes, scheduler_.now(), options_.queue_bytes);
  if (!wait) {
    ++faults_.overflowed;
    emit_drop(packet, DropReason::kOverflow);
    return false;
  }
  if (*wait > Duration::zero()) ++faults_.queued;
  delay += *wait;
  return true;
}

void Network::send_in_trouble(PacketPtr&& packet, Sequence& sent, uint64_t ordinal) {
  Link* link = links_.empty() ? nullptr : links_.find({link_number(packet->from, packet->to)});
  const Lot lot = draw_lot(*packet, sent.scope, ordinal, link);
  Duration delay = take_latency(sent);

  emit_send(*packet);
  if (lot.lost || swallowed(*packet)) {
    ++faults_.lost;
    emit_drop(*packet, DropReason::kLoss);
    return;
  }
  if (link != nullptr && link->cuts != 0) {
    ++faults_.cut;
    emit_drop(*packet, DropReason::kPartition);
    return;
  }
  if (options_.serialize && packet->message) packet->replace(packet->message.reparsed());
  if (link != nullptr) delay += link->extra_latency();
  if (link != nullptr && link->limited() && !squeeze(*packet, *link, delay)) return;
  if (lot.held != 0) {
    ++faults_.reordered;
    delay += options_.latency.mean * static_cast<int64_t>(lot.held);
  }
  if (lot.late != 0) {
    ++faults_.late;
    delay += options_.latency.mean * static_cast<int64_t>(9 + lot.late);
  }
  if (lot.reset || lot.half_open) break_connection(*packet, lot, delay);
  if (lot.duplicated || lot.flipped != 0) {
    dispatch_copies(std::move(packet), lot, delay);
  } else {
    dispatch(std::move(packet), delay);
  }
}

// Flips bits of one copy; false if that is the end of it.
bool Network::damage(Packet& packet, const Lot& lot) {
  ++faults_.corrupted;
  if (options_.deliver_corrupt && packet.message) {
    const uint64_t where =
        scheduler_.choices().ambient(sites::kCorruptBits, lot.scope, lot.ordinal);
    if (SealedMessage damaged = packet.message.damaged(where, lot.flipped)) {
      packet.replace(std::move(damaged));
      return true;
    }
  }
  emit_drop(packet, DropReason::kCorrupt);
  return false;
}

void Network::dispatch_copies(PacketPtr&& packet, const Lot& lot, Duration delay) {
  if (lot.duplicated) {
    ++faults_.duplicated;
    packet->duplicated = true;
    const uint64_t more = scheduler_.choices().ambient(sites::kCopyLatency, lot.scope, lot.ordinal);
    dispatch(duplicate_of(*packet), delay + options_.latency.sample(more));
  }
  if (lot.flipped != 0 && !damage(*packet, lot)) return;
  dispatch(std::move(packet), delay);
}

void Packet::fire() {
  PacketPtr self(this);
  if (!network_.links_.empty() && network_.stop(self)) [[unlikely]]
    return;
  network_.nodes_[number(to)]->receive(std::move(self));
}

void Packet::prefetch(uint32_t step) const {
  if (step == 0) {
    prefetch_range(this, sizeof(*this));
  } else {
    network_.nodes_[number(to)]->prefetch(*this, step - 1);
  }
}

// Takes the packet if its link does not let it arrive.
bool Network::stop(PacketPtr& packet) {
  Link* link = links_.find({link_number(packet->from, packet->to)});
  if (link == nullptr) return false;
  if (link->cuts != 0) {
    ++faults_.cut;
    emit_drop(*packet, DropReason::kPartition);
    packet.reset();
    return true;
  }
  if (link->clogs == 0) return false;
  hold(std::move(packet), *link);
  return true;
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

void Network::clog(NodeId from, NodeId to) { ++links_[{link_number(from, to)}].clogs; }

void Network::hold(PacketPtr&& packet, Link& link) {
  ++faults_.held;
  Packet* held = packet.release();
  held->next_ = nullptr;
  (link.first_held == nullptr ? link.first_held : link.last_held->next_) = held;
  link.last_held = held;
}

void Network::unclog(NodeId from, NodeId to) {
  Link* link = links_.find({link_number(from, to)});
  if (link == nullptr || link->clogs == 0 || --link->clogs != 0) return;
  EventStream& stream = scheduler_.stream();
  const EventIndex cause = stream.current();
  Packet* next = std::exchange(link->first_held, nullptr);
  while (next != nullptr) {
    PacketPtr packet(std::exchange(next, next->next_));
    stream.resume_from(packet->cause());
    if (!stop(packet)) nodes_[number(to)]->receive(std::move(packet));
  }
  stream.resume_from(cause);
}

void Network::add_trouble(NodeId from, NodeId to, const LinkTrouble& trouble) {
  links_[{link_number(from, to)}].add(trouble);
}

void Network::remove_trouble(NodeId from, NodeId to, const LinkTrouble& trouble) {
  links_[{link_number(from, to)}].remove(trouble);
}

void Network::heal() {
  options_.loss = options_.duplicate = options_.reorder = Ratio();
  options_.tail = options_.corrupt = options_.reset = options_.half_open = Ratio();
  swallows_.clear();
  may_fail_ = options_.may_fail();
}

}  // namespace seedbed

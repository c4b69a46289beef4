// Network: directed links between nodes, made when they are first used. Each message is one
// identity, over which loss, delay, duplication and reordering are separate choices; its label, if
// the protocol gave one, names it in schedules.
//
//   PacketPtr packet = network.new_packet();
//   packet->from = n1;
//   packet->to = n2;
//   packet->message = seal(hello);
//   network.send(std::move(packet));
//   network.cut(n1, n2);              // one way; cut(n2, n1) as well for a symmetric partition
//   network.mend(n1, n2);
//
// Cuts are counted, so overlapping partitions compose. What is on a wire when it is cut is lost.
//
// A packet is one object from its sender to its receiver, who may send it back as the answer. It is
// handed over (as PacketPtr&&, for there are many hands) and never copied, and the network uses it
// again when its last owner lets go.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "sim/core/flat_table.h"
#include "sim/core/scheduler.h"
#include "sim/world/message.h"

namespace seedbed {

class Network;
class Node;

struct NetworkOptions {
  Delay latency{.min = 200us, .mean = 1ms, .max = 100ms};
  Ratio loss;
  Ratio duplicate;
  Ratio reorder;           // held back for 1 to 16 mean latencies, so that later ones overtake it
  bool serialize = false;  // every message travels as bytes: same verdicts, more time

  // Does it do more to a message than delay it?
  bool may_fail() const {
    return !loss.never() || !duplicate.never() || !reorder.never() || serialize;
  }
};

// Trouble on one link for a while, on top of the options.
struct LinkTrouble {
  Ratio loss;
  Duration extra_latency{};
};

struct NetworkFaultCounts {
  uint64_t lost = 0;
  uint64_t duplicated = 0;
  uint64_t reordered = 0;
  uint64_t cut = 0;  // messages that met a partition
};

// What part of a conversation a message is.
enum class Role : uint8_t { kOneWay, kRequest, kResponse, kRefusal };

// A call that waits for its answer: where its caller keeps it, and which one it is.
struct CallId {
  uint32_t slot = 0;
  uint64_t number = 0;
};

// A message on its way; it is its own delivery, whose cause is the `send` event.
class Packet final : public Action {
 public:
  explicit Packet(Network& network) : network_(network) {}
  void fire() override;
  void prefetch(uint32_t step) const override;
  const MessageType& type() const { return message ? message.type() : kRefusal; }

  NodeId from{};
  NodeId to{};
  SealedMessage message;  // empty for a refusal
  Label label{};
  Role role = Role::kOneWay;
  CallId call;              // pairs a response with its request
  uint64_t id = 0;          // given by the network
  uint32_t copy = 0;        // 0, or which duplicate
  bool duplicated = false;  // there is another copy of it

 private:
  friend class Network;
  friend struct RecyclePacket;
  Network& network_;
  Packet* next_free_ = nullptr;
};

struct RecyclePacket {
  void operator()(Packet* packet) const;
};
using PacketPtr = std::unique_ptr<Packet, RecyclePacket>;

class Network {
 public:
  Network(Scheduler& scheduler, NetworkOptions options)
      : scheduler_(scheduler), options_(options), may_fail_(options.may_fail()) {}
  ~Network();
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  // From now on packets to this node arrive there: `node.receive()` is called, as an action, and
  // decides whether there is somebody to receive them.
  void attach(Node& node);

  // An empty packet. Must not outlive the network.
  PacketPtr new_packet();
  void send(PacketPtr&& packet);

  void cut(NodeId from, NodeId to);
  void mend(NodeId from, NodeId to);
  bool is_cut(NodeId from, NodeId to) const;
  void set_trouble(NodeId from, NodeId to, LinkTrouble trouble);
  void clear_trouble(NodeId from, NodeId to) { set_trouble(from, to, {}); }
  // No loss, duplication or reordering any more on links that are not in trouble.
  void heal();

  // A packet was not delivered after all.
  void emit_drop(const Packet& packet, DropReason reason);

  uint64_t messages() const { return messages_; }  // ever sent
  const NetworkFaultCounts& faults() const { return faults_; }

 private:
  friend class Packet;
  friend struct RecyclePacket;

  // What is wrong with a link.
  struct Link {
    uint32_t cuts = 0;
    LinkTrouble trouble;
  };
  // The messages of one type on one link.
  struct Sequence {
    Scope scope;
    uint64_t count = 0;
    Duration next_latency{};  // of the message after them, unless choices are watched
  };

  // Nothing but latency can befall a message.
  bool calm() const { return !may_fail_ && links_.empty() && !scheduler_.choices().watched(); }
  void send_in_trouble(PacketPtr&& packet, Sequence& sent);
  Duration drawn_latency(Scope scope, uint64_t ordinal);
  Duration take_latency(Sequence& sent);
  void emit_send(const Packet& packet);
  Sequence& sequence(const Packet& packet);
  Scope scope_of(const Packet& packet) const;
  std::string name_of(NodeId id) const;
  PacketPtr duplicate_of(const Packet& packet);
  void dispatch(PacketPtr&& packet, Duration delay);

  Scheduler& scheduler_;
  NetworkOptions options_;
  bool may_fail_;  // by its options
  uint64_t messages_ = 0;
  NetworkFaultCounts faults_;
  std::vector<Node*> nodes_;        // by number
  FlatTable<Link> links_;           // by from and to: those that ever had trouble
  FlatTable<Sequence> sequences_;   // by link, and hash of the type: those in use
  std::deque<Packet> packets_;      // all that were ever made
  Packet* free_packets_ = nullptr;  // those without an owner
};

inline PacketPtr Network::new_packet() {
  if (free_packets_ == nullptr) return PacketPtr(&packets_.emplace_back(*this));
  return PacketPtr(std::exchange(free_packets_, free_packets_->next_free_));
}

inline void RecyclePacket::operator()(Packet* packet) const {
  packet->message = {};
  packet->label = {};
  packet->role = Role::kOneWay;
  packet->call = {};
  Network& network = packet->network_;
  packet->next_free_ = std::exchange(network.free_packets_, packet);
}

}  // namespace seedbed

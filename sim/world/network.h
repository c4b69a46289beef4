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
// Cuts, clogs and troubles are counted or summed, so overlapping faults compose (link.h). What is
// on a wire when it is cut is lost; what arrives on a clogged one waits there.
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
#include "sim/world/link.h"
#include "sim/world/message.h"

namespace seedbed {

class Network;
class Node;

struct NetworkOptions {
  Delay latency{.min = 200us, .mean = 1ms, .max = 100ms};
  Ratio loss;
  Ratio duplicate;
  Ratio reorder;    // held back for 1 to 16 mean latencies, so that later ones overtake it
  Ratio tail;       // takes 10 to 100 mean latencies more
  Ratio corrupt;    // 1 to 8 bits in a row are flipped on the way, in the original or its duplicate
  Ratio reset;      // a segment of a connection (connection.h) becomes a reset, for both ends
  Ratio half_open;  // it becomes one for its receiver; the sender is never told by any
  bool deliver_corrupt = false;   // it arrives if it can be parsed; if not set, a checksum tells
  uint64_t queue_bytes = 16'384;  // that wait at most at a link with limited bandwidth
  bool serialize = false;         // every message travels as bytes: same verdicts, more time

  // Does it do more to a message than delay it?
  bool may_fail() const {
    return !loss.never() || !duplicate.never() || !reorder.never() || !tail.never() ||
           !corrupt.never() || !reset.never() || !half_open.never() || serialize;
  }
};

// In messages.
struct NetworkFaultCounts {
  uint64_t lost = 0;
  uint64_t duplicated = 0;
  uint64_t reordered = 0;
  uint64_t late = 0;
  uint64_t corrupted = 0;
  uint64_t cut = 0;         // met a partition
  uint64_t held = 0;        // met a clog
  uint64_t queued = 0;      // waited for others, or for their own last byte
  uint64_t overflowed = 0;  // found the queue of a link full
  uint64_t too_large = 0;   // for a link
  uint64_t reset = 0;       // became resets, and broke a connection
  uint64_t half_open = 0;   // the same at one end
};

// What part of a conversation a message is.
enum class PacketRole : uint8_t { kOneWay, kRequest, kResponse, kRefusal };

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
  size_t bytes() const { return message ? message.get().ByteSizeLong() : 0; }
  // What arrives will not be what was sent.
  void replace(SealedMessage other) {
    message = std::move(other);
    as_sent = false;
  }

  NodeId from{};
  NodeId to{};
  SealedMessage message;  // empty for a refusal
  Label label{};
  PacketRole role = PacketRole::kOneWay;
  CallId call;              // pairs a response with its request
  uint64_t id = 0;          // given by the network
  uint32_t copy = 0;        // 0, or which duplicate
  bool duplicated = false;  // there is another copy of it
  bool as_sent = true;      // the message is the one that was sent

 private:
  friend class Network;
  friend struct RecyclePacket;
  Network& network_;
  Packet* next_ = nullptr;  // among those that are free, or held by one link
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
  // Messages that arrive from now on are held.
  void clog(NodeId from, NodeId to);
  // After the last clog all that were held are received at once, in the order in which they came.
  // Must not be called from a task.
  void unclog(NodeId from, NodeId to);
  void add_trouble(NodeId from, NodeId to, const LinkTrouble& trouble);
  // `trouble` must have been added.
  void remove_trouble(NodeId from, NodeId to, const LinkTrouble& trouble);
  // Nothing but latency befalls messages any more on links that are not in trouble.
  void heal();

  // A packet was not delivered after all.
  void emit_drop(const Packet& packet, DropReason reason);

  uint64_t messages() const { return messages_; }  // ever sent
  const NetworkFaultCounts& faults() const { return faults_; }

 private:
  friend class Packet;
  friend struct RecyclePacket;

  // What is drawn for a message: 0 is benign.
  struct Lot {
    bool lost = false;
    bool duplicated = false;
    uint64_t held = 0;     // back, in mean latencies
    uint64_t late = 0;     // by that and 9 more
    uint64_t flipped = 0;  // bits
    bool reset = false;
    bool half_open = false;
    uint64_t ordinal = 0;
    Scope scope;
  };
  // The messages of one type on one link.
  struct Sequence {
    Scope scope;
    uint64_t count = 0;
    Duration next_latency{};  // of the message after them, unless choices are watched
  };

  // Nothing but latency can befall a message.
  bool calm() const { return !may_fail_ && links_.empty() && !scheduler_.choices().watched(); }
  // `ordinal` is sent.count, which was written just now: to load it again, together with the scope,
  // would wait for that write.
  void send_in_trouble(PacketPtr&& packet, Sequence& sent, uint64_t ordinal);
  Lot draw_lot(const Packet& packet, Scope scope, uint64_t ordinal, const Link* link);
  bool squeeze(const Packet& packet, Link& link, Duration& delay);
  void draw_breaks(const Packet& packet, Lot& lot);
  bool swallowed(const Packet& packet) const;
  void break_connection(Packet& packet, const Lot& lot, Duration delay);
  void dispatch_copies(PacketPtr&& packet, const Lot& lot, Duration delay);
  bool damage(Packet& packet, const Lot& lot);
  bool stop(PacketPtr& packet);
  void hold(PacketPtr&& packet, Link& link);
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
  FlatTable<bool> swallows_;        // by link and connection: its resets are lost
  FlatTable<Sequence> sequences_;   // by link, and hash of the type: those in use
  std::deque<Packet> packets_;      // all that were ever made
  Packet* free_packets_ = nullptr;  // those without an owner
};

inline PacketPtr Network::new_packet() {
  if (free_packets_ == nullptr) return PacketPtr(&packets_.emplace_back(*this));
  return PacketPtr(std::exchange(free_packets_, free_packets_->next_));
}

inline void RecyclePacket::operator()(Packet* packet) const {
  packet->message = {};
  packet->label = {};
  packet->role = PacketRole::kOneWay;
  packet->call = {};
  Network& network = packet->network_;
  packet->next_ = std::exchange(network.free_packets_, packet);
}

}  // namespace seedbed

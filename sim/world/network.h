// Network: directed links between nodes, made when they are first used. Each message is one identity,
// over which loss, delay, duplication and reordering are separate choices; its label, if the protocol
// gave one, names it in schedules.
//
//   network.send({.from = n1, .to = n2, .message = seal(hello)});
//   network.cut(n1, n2);              // one way; cut(n2, n1) as well for a symmetric partition
//   network.mend(n1, n2);
//
// Cuts are counted, so overlapping partitions compose. What is on a wire when it is cut is lost.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sim/core/scheduler.h"
#include "sim/world/message.h"

namespace seedbed {

struct NetworkOptions {
  Delay latency{.min = 200us, .mean = 1ms, .max = 100ms};
  Ratio loss;
  Ratio duplicate;
  Ratio reorder;           // held back for 1 to 16 mean latencies, so that later ones overtake it
  bool serialize = false;  // every message travels as bytes: same verdicts, more time
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

// A message on its way.
struct Packet {
  NodeId from{};
  NodeId to{};
  SealedMessage message;  // empty for a refusal
  Label label{};
  Role role = Role::kOneWay;
  uint64_t call = 0;  // pairs a response with its request
  uint64_t id = 0;    // given by the network
  uint32_t copy = 0;  // 0, or which duplicate
  bool duplicated = false;  // there is another copy of it
  EventIndex sent{};        // its `send` event, the cause of all that comes of it
};

class Network {
 public:
  // `deliver` is called, as an action, for each packet that arrives; it decides whether there is
  // somebody to receive it.
  Network(Scheduler& scheduler, NetworkOptions options, std::function<void(Packet& packet)> deliver,
          std::function<std::string(NodeId)> name_of);
  ~Network();
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  void send(Packet packet);

  void cut(NodeId from, NodeId to);
  void mend(NodeId from, NodeId to);
  bool is_cut(NodeId from, NodeId to) const;
  void set_trouble(NodeId from, NodeId to, LinkTrouble trouble);
  void clear_trouble(NodeId from, NodeId to) { set_trouble(from, to, {}); }
  // No loss, duplication or reordering any more, and no cuts or trouble: the faults are over.
  void heal();

  // A packet was not delivered after all.
  void emit_drop(const Packet& packet, DropReason reason);

  const NetworkFaultCounts& faults() const { return faults_; }

 private:
  struct Link;
  struct Sequence;  // the messages of one type on one link
  class Delivery;

  Link& link(NodeId from, NodeId to);
  const Link* find_link(NodeId from, NodeId to) const;
  Sequence& sequence(Link& link, const Packet& packet);
  void dispatch(Packet packet, Duration delay);
  void arrive(Delivery& delivery);

  Scheduler& scheduler_;
  NetworkOptions options_;
  std::function<void(Packet&)> deliver_;
  std::function<std::string(NodeId)> name_of_;
  uint64_t packets_ = 0;
  NetworkFaultCounts faults_;
  std::vector<std::vector<std::unique_ptr<Link>>> links_;  // by sender, by receiver
  std::vector<std::unique_ptr<Delivery>> deliveries_;      // all that were ever made
  std::vector<Delivery*> free_deliveries_;
};

}  // namespace seedbed

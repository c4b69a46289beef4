// The baseline of the kernel: the least that any such simulator must do for the work of the other
// rows, and nothing else.
//
// The work: each node has some clients; a client calls a random peer and waits for the answer or a
// timeout; then it calls again. For each call, here as in the world,
//   2  messages are pushed to the queue and popped when they arrive,
//   1  timeout is pushed and cancelled,
//   4  headers of events are hashed: each message is sent and received,
//   3  choices are drawn by key: the peer, and a latency from its distribution for each message,
//   2  fibers are resumed: the server's, which is one of a pool, and the client's.
// What is missing here, and what the rows of the world therefore measure, is everything else:
// nodes, processes, clocks and links, protobuf messages and who owns them, handlers and tables of
// calls, task groups, the order of wake-ups, causes of events, bounds, fault choices, watchers.
#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "sim/core/choice.h"
#include "sim/core/event_queue.h"
#include "sim/core/event_stream.h"
#include "sim/core/fiber.h"

namespace seedbed::bench {

class BareLoop {
 public:
  BareLoop(uint32_t nodes, uint32_t peers, uint32_t clients, StackPool& stacks)
      : nodes_(nodes), peers_(peers), stacks_(stacks), servers_(stacks) {
    for (uint32_t i = 0; i < nodes * clients; ++i) {
      clients_.push_back(std::make_unique<Client>(*this, NodeId{i % nodes + 1}, Scope{i + 1}));
    }
  }
  ~BareLoop() {
    for (auto& client : clients_) client->fiber.kill();
  }

  // Returns how many messages were sent until then.
  uint64_t run(Time end) {
    for (auto& client : clients_) client->fiber.resume();
    while (Action* action = queue_.pop(end)) {
      now_ = action->time();
      action->fire();
    }
    return messages_;
  }
  uint64_t hash() const { return hash_.value(); }

 private:
  static constexpr Site kPeer{"bare.peer", ChoiceClass::kAmbient};
  static constexpr Site kLatency{"bare.latency", ChoiceClass::kAmbient};
  static constexpr Delay kDelay{.min = 200us, .mean = 1ms, .max = 100ms};

  struct Timeout final : Action {
    void fire() override {}  // never: every message arrives in time
  };

  // A client, and the one message that it has on its way.
  struct Client final : Action {
    Client(BareLoop& loop, NodeId self, Scope scope)
        : loop(loop), self(self), scope(scope), fiber(loop.stacks_, &Client::live, this) {}
    static void live(void* self) {
      auto& client = *static_cast<Client*>(self);
      for (;;) client.call();
    }
    void call() {
      const uint64_t bits = loop.choices_.ambient(kPeer, scope, ++calls);
      const uint64_t step = 1 + below(bits, loop.peers_);
      peer = NodeId{static_cast<uint32_t>((number(self) - 1 + step) % loop.nodes_ + 1)};
      answering = false;
      loop.send(*this, self, peer);
      loop.queue_.push(timeout, loop.now_ + 100ms);
      Fiber::suspend();
      loop.queue_.cancel(timeout);
    }
    void fire() override {  // the message arrives
      const NodeId at = answering ? self : peer;
      const NodeId from = answering ? peer : self;
      loop.hash_.mix_in({.time = loop.now_, .kind = EventKind::kReceive, .node = at, .peer = from});
      if (answering) {
        fiber.resume();
      } else {
        loop.servers_.serve(*this);
      }
    }

    BareLoop& loop;
    NodeId self;
    NodeId peer{};
    Scope scope;
    uint64_t calls = 0;
    uint64_t sent = 0;
    bool answering = false;
    Timeout timeout;
    Fiber fiber;
  };

  // Fibers that serve requests. None of them blocks, so the pool has one.
  class Servers {
   public:
    explicit Servers(StackPool& stacks) : fiber_(stacks, &Servers::live, this) {}
    ~Servers() { fiber_.kill(); }
    void serve(Client& client) {
      request_ = &client;
      fiber_.resume();
    }

   private:
    static void live(void* self) {
      auto& servers = *static_cast<Servers*>(self);
      for (;;) {
        Client& client = *servers.request_;
        client.answering = true;
        client.loop.send(client, client.peer, client.self);
        Fiber::suspend();
      }
    }
    Client* request_ = nullptr;
    Fiber fiber_;
  };

  void send(Client& client, NodeId from, NodeId to) {
    const uint64_t bits = choices_.ambient(kLatency, client.scope, ++client.sent);
    hash_.mix_in(
        {.time = now_, .kind = EventKind::kSend, .node = from, .peer = to, .id = ++messages_});
    queue_.push(client, now_ + kDelay.sample(bits));
  }

  uint32_t nodes_;
  uint32_t peers_;
  StackPool& stacks_;
  Choices choices_{1};
  EventQueue queue_;
  TraceHash hash_;
  Time now_ = kStart;
  uint64_t messages_ = 0;
  Servers servers_;
  std::vector<std::unique_ptr<Client>> clients_;
};

}  // namespace seedbed::bench

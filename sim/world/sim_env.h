// SimEnv: the Env of one incarnation in the simulation. Made by its Node at a start, sealed at a
// crash, gone when the last of the process is.
#pragma once

#include <string>
#include <vector>

#include "sim/world/network.h"
#include "sim/world/node.h"
#include "sim/world/process.h"

namespace seedbed {

class SimEnv final : public Env {
 public:
  SimEnv(Node& node, Scheduler& scheduler, Network& network);
  ~SimEnv() override;

  // From now on every call throws ProcessKilled.
  void seal() { life_ = Life::kSealed; }
  // From now on nothing that the process does has an effect; it does not notice.
  void doom() { life_ = Life::kDoomed; }
  // Unwinds every fiber of the process.
  void kill_tasks() { tasks_.kill(); }
  TaskGroup& tasks() { return tasks_; }

  // A packet for this process.
  void deliver(PacketPtr&& packet);
  // It is on its way: see Action::prefetch().
  void prefetch(const Packet& packet, uint32_t step) const;

  // What the process says it holds, all of it.
  size_t bytes_held() const;
  size_t requests_running() const;

  NodeId self() const override;
  Incarnation incarnation() const override;
  NodeTime now() override;
  WallTime wall_now() override;
  TimeInterval interval_now() override;
  void sleep(Duration duration) override;
  void send_sealed(NodeId to, SealedMessage message, Label label) override;
  Disk& disk() override;
  void spawn(std::string_view name, std::function<void()> body) override;
  [[noreturn]] void fail_stop(std::string_view why) override;
  uint64_t random(const Site& site, uint64_t bound) override;
  using Env::buggify;
  uint64_t buggify(const Site& site, uint64_t magnitudes) override;
  void holds(std::string_view what, size_t bytes) override;
  Scheduler& scheduler() override;
  void probe(const google::protobuf::Message& fact) override;
  void reached(ProbeName name) override;

 private:
  struct Service {
    const MessageType* type;
    Server server;
    size_t concurrency;
    size_t running = 0;
  };
  struct Listener {
    const MessageType* type;
    Handler handler;
  };
  class Call;
  // Where calls are found by their answers. A slot is used again by a later call with another
  // number.
  struct CallSlot {
    Call* call = nullptr;  // on the stack of its caller; null if the slot is free
    uint64_t number = 0;
    uint32_t next_free = 0;  // if it is: the slot to use after it
  };
  // The draws from one site; the next one is made early, while nobody waits for it.
  struct Draws {
    uint64_t site;
    uint64_t count;
    uint64_t next_bits;  // unless choices are watched
  };

  // Of one place of buggify().
  struct Visits {
    uint64_t site;
    uint64_t count;
  };
  struct Held {
    std::string_view what;
    size_t bytes;
  };

  void handle(const MessageType& type, Handler handler) override;
  void serve_sealed(const MessageType& type, size_t concurrency, Server server) override;
  Result<SealedMessage> call_sealed(NodeId to, SealedMessage request, Duration timeout,
                                    Label label) override;
  // Calls that do something do nothing if this says so.
  bool doomed() const {
    if (life_ == Life::kAlive) [[likely]]
      return false;
    require_open();
    return true;
  }
  void require_open() const;
  uint64_t next_visit(const Site& site);
  uint64_t draw(const Site& site, Draws& draws);
  void answer(Packet& packet);
  void execute(PacketPtr&& packet);
  Service* service_for(const MessageType& type);
  void serve_request(Service& service, PacketPtr&& packet);
  void respond(PacketPtr&& packet, Result<SealedMessage>&& response);

  Node& node_;
  Scheduler& scheduler_;
  Network& network_;
  std::string scope_text_;  // "n1.2": node and incarnation
  Scope scope_;
  TaskGroup tasks_;
  enum class Life : uint8_t { kAlive, kDoomed, kSealed };
  Life life_ = Life::kAlive;
  // Unique among all incarnations of the node: an answer may arrive after a restart.
  uint64_t last_call_;
  std::vector<Listener> listeners_;
  std::vector<std::unique_ptr<Service>> services_;
  std::vector<CallSlot> calls_;
  uint32_t first_free_call_ = 0;  // a slot; calls_.size() if all are in use
  std::vector<Draws> draws_;
  std::vector<Visits> visits_;
  std::vector<Held> held_;
};

}  // namespace seedbed

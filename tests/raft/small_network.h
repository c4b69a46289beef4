// SmallNetwork: a few servers whose disks and links take no time, so that a test says in a line
// what happens and everything that follows has happened when it looks. Links can be cut; time
// passes when the test says so. The manner is that of etcd's tests of its raft package.
//
//   SmallNetwork network(3, config);
//   network.time_out(1);                       // server 1 is elected
//   network.isolate(3);
//   network.pass(1s);
//   EXPECT_EQ(network.leader(), 1u);
#pragma once

#include <algorithm>
#include <deque>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "protocols/raft/raft.h"

namespace seedbed::raft {

class SmallNetwork {
 public:
  // Each server has the configuration of its place; `self` and `voters` are filled in.
  explicit SmallNetwork(std::vector<Config> configs) : configs_(std::move(configs)) {
    for (uint32_t id = 1; id <= size(); ++id) {
      for (uint32_t voter = 1; voter <= size(); ++voter) {
        configs_[id - 1].voters.push_back(NodeId{voter});
      }
      configs_[id - 1].self = NodeId{id};
      servers_.emplace_back();
      start(id, {});
    }
  }
  SmallNetwork(uint32_t servers, const Config& config)
      : SmallNetwork(std::vector<Config>(servers, config)) {}

  uint32_t size() const { return static_cast<uint32_t>(configs_.size()); }
  Raft& at(uint32_t id) { return *servers_[id - 1].raft; }

  // --- What happens ---

  // The server comes up with that on its disk, whatever it was before.
  void start(uint32_t id, Persisted persisted) {
    servers_[id - 1].raft.emplace(configs_[id - 1], Rules(), ++entropy_, clock(id),
                                  std::move(persisted));
    settle();
  }
  void stop(uint32_t id) { servers_[id - 1].raft.reset(); }
  // The clock of that server alone jumps to its next deadline.
  void time_out(uint32_t id) {
    servers_[id - 1].ahead += std::max(at(id).next_deadline() - clock(id), Duration());
    at(id).tick(clock(id));
    settle();
  }
  void pass(Duration duration) {
    const NodeTime end = now_ + duration;
    while (const std::optional<uint32_t> next = next_due(end)) {
      now_ = std::max(now_, due(*next));
      at(*next).tick(clock(*next));
      settle();
    }
    now_ = end;
  }
  bool propose(uint32_t id) {
    const bool accepted = at(id).propose(clock(id), "x").has_value();
    settle();
    return accepted;
  }
  void transfer(uint32_t from, uint32_t to) {
    at(from).transfer_leadership(clock(from), NodeId{to});
    settle();
  }
  void cut_one_way(uint32_t from, uint32_t to) { cuts_.insert({NodeId{from}, NodeId{to}}); }
  void cut(uint32_t one, uint32_t other) {
    cut_one_way(one, other);
    cut_one_way(other, one);
  }
  void isolate(uint32_t id) {
    for (uint32_t other = 1; other <= size(); ++other) cut(id, other);
  }
  void heal() { cuts_.clear(); }

  // --- What is to be seen ---

  // The only one that leads; nothing if nobody does, or several do.
  std::optional<uint32_t> leader() {
    std::optional<uint32_t> found;
    for (uint32_t id = 1; id <= size(); ++id) {
      if (!servers_[id - 1].raft || !at(id).leads()) continue;
      if (found) return std::nullopt;
      found = id;
    }
    return found;
  }
  std::vector<uint64_t> terms() {
    std::vector<uint64_t> terms;
    for (uint32_t id = 1; id <= size(); ++id) {
      if (servers_[id - 1].raft) terms.push_back(number(at(id).term()));
    }
    return terms;
  }
  // What any server knows to be committed.
  LogIndex committed() {
    LogIndex committed = 0;
    for (const Server& server : servers_) {
      if (server.raft) committed = std::max(committed, server.raft->commit_index());
    }
    return committed;
  }
  // How often somebody has become a leader.
  uint64_t elections() const { return elections_; }
  // Somebody leads, commits, and the servers that are up follow it in its term.
  bool works() {
    const auto id = leader();
    if (!id || !propose(*id)) return false;
    const LogIndex last = at(*id).log().last_index();
    pass(4 * at(*id).config().heartbeat_interval);
    if (leader() != id || at(*id).commit_index() < last) return false;
    for (uint32_t other = 1; other <= size(); ++other) {
      if (servers_[other - 1].raft && at(other).leader() != NodeId{*id}) return false;
    }
    return true;
  }

 private:
  struct Server {
    std::optional<Raft> raft;
    Duration ahead{};  // its clock, of the time
  };
  struct Packet {
    NodeId from{};
    Envelope envelope;
  };

  NodeTime clock(uint32_t id) const { return now_ + servers_[id - 1].ahead; }
  // When it has something to do, in the time of all.
  NodeTime due(uint32_t id) { return at(id).next_deadline() - servers_[id - 1].ahead; }
  std::optional<uint32_t> next_due(NodeTime end) {
    std::optional<uint32_t> next;
    for (uint32_t id = 1; id <= size(); ++id) {
      if (!servers_[id - 1].raft || due(id) > end) continue;
      if (!next || due(id) < due(*next)) next = id;
    }
    return next;
  }

  void settle() {
    for (bool moved = true; moved;) {
      moved = false;
      for (uint32_t id = 1; id <= servers_.size(); ++id) {
        while (servers_[id - 1].raft && carry_out(id)) moved = true;
      }
      while (!packets_.empty()) {
        moved = true;
        Packet packet = std::move(packets_.front());
        packets_.pop_front();
        deliver(std::move(packet));
      }
    }
  }

  void deliver(Packet packet) {
    const uint32_t to = number(packet.envelope.to);
    if (cuts_.contains({packet.from, packet.envelope.to}) || !servers_[to - 1].raft) return;
    at(to).step(clock(to), packet.from, std::move(packet.envelope.message));
  }

  bool carry_out(uint32_t id) {
    Ready ready = at(id).take_ready();
    if (ready.empty()) return false;
    for (const Notice& notice : ready.notices) {
      const auto* change = std::get_if<RoleChange>(&notice);
      if (change != nullptr && change->role == Role::kLeader) ++elections_;
    }
    for (Envelope& envelope : ready.messages) {
      packets_.push_back({.from = NodeId{id}, .envelope = std::move(envelope)});
    }
    if (ready.write) at(id).persisted(clock(id), ready.write->ticket);
    return true;
  }

  std::vector<Config> configs_;
  std::vector<Server> servers_;
  std::deque<Packet> packets_;
  std::set<std::pair<NodeId, NodeId>> cuts_;
  NodeTime now_{};
  uint64_t entropy_ = 0;
  uint64_t elections_ = 0;
};

}  // namespace seedbed::raft

// The end of the faults: a core of the servers is healed, the others are left to their fate.
//
// Healing everybody would mask bugs: a protocol that makes progress only because the last server
// came back does not survive what it promises. The idea is TigerBeetle's (its simulator's
// "liveness mode").
#include <algorithm>

#include "sim/fault/active.h"

namespace seedbed {
namespace {

constexpr Site kOutside("liveness.outside", ChoiceClass::kFault);
constexpr Site kFirst("liveness.first", ChoiceClass::kAmbient);

// How a server outside of the core spends the rest of its days.
enum class Fate : uint64_t {
  kAsItIs = 1,  // with whatever ails the machine now
  kDown,        // it never comes back
  kCutOff,      // up, and alone
  kDeaf,        // it speaks, and hears nothing
  kMute,        // it hears, and cannot be heard
  kPaused,      // it never runs again
};
constexpr uint64_t kFates = 6;

std::string_view to_string(Fate fate) {
  switch (fate) {
    case Fate::kAsItIs: return "as it is";
    case Fate::kDown: return "down";
    case Fate::kCutOff: return "cut off";
    case Fate::kDeaf: return "deaf";
    case Fate::kMute: return "mute";
    case Fate::kPaused: return "paused";
  }
  return "unknown";
}

bool contains(const std::vector<NodeId>& nodes, NodeId node) {
  return std::find(nodes.begin(), nodes.end(), node) != nodes.end();
}

}  // namespace

struct Injector::Outsider {
  NodeId node{};
  Fate fate{};
};

// A core has at least two members where there are two: one would have nobody to agree with.
std::vector<Injector::Outsider> Injector::draw_outsiders() {
  Choices& choices = world_.scheduler().choices();
  const std::vector<NodeId>& servers = options_.topology.servers;
  const size_t spare = servers.size() > 2 ? servers.size() - 2 : 0;
  const size_t most = std::min<size_t>(
      spare, options_.promised.servers_lost.value_or(options_.promised.servers_down));
  std::vector<Outsider> outsiders;
  if (most == 0) return outsiders;
  const uint64_t first = choices.ambient(kFirst, choices.scope("world"), 0) % servers.size();
  for (size_t i = 0; i < servers.size() && outsiders.size() < most; ++i) {
    const NodeId server = servers[(first + i) % servers.size()];
    const Scope scope = choices.scope(world_.name_of(server));
    const uint64_t fate = choices.fault(kOutside, scope, 0, Ratio(1, 4), kFates);
    if (fate != 0) outsiders.push_back({server, static_cast<Fate>(fate)});
  }
  return outsiders;
}

void Injector::heal() {
  for (const auto& active : active_) {
    if (!active->doomed || active->fired) continue;
    world_.scheduler().cancel(*active);
    begin(*active);
  }
  healed_ = true;
  const std::vector<Outsider> outsiders =
      links_are_lost() ? std::vector<Outsider>() : draw_outsiders();
  std::vector<NodeId> outside;  // and left as they are
  for (const Outsider& outsider : outsiders) {
    if (outsider.fate == Fate::kAsItIs) outside.push_back(outsider.node);
  }
  for (const auto& active : active_) {
    if (active->applied && active->fault.for_good) continue;
    world_.scheduler().cancel(*active);
    const Fault& fault = active->fault;
    // A link has two ends, and one of them may be in the core.
    const bool stays = fault.others.empty() &&
                       std::all_of(fault.targets.begin(), fault.targets.end(),
                                   [&](NodeId target) { return contains(outside, target); });
    if (active->applied && !stays) end(*active);
  }
  world_.network().heal();
  for (const NodeId server : options_.topology.servers) {
    if (contains(outside, server)) continue;
    world_.node(server).disk().heal();
    world_.node(server).end_buggify();
  }
  EventStream& stream = world_.scheduler().stream();
  stream.emit({.kind = EventKind::kHeal});
  if (links_are_lost()) announce_cuts();
  for (const Outsider& outsider : outsiders) {
    stream.emit({.kind = EventKind::kOutside,
                 .node = outsider.node,
                 .value = static_cast<uint64_t>(outsider.fate),
                 .name = to_string(outsider.fate)});
    condemn(outsider);
  }
}

bool Injector::links_are_lost() const {
  return std::any_of(active_.begin(), active_.end(), [](const auto& active) {
    return active->applied && active->fault.for_good &&
           info(active->fault.kind).group == FaultGroup::kNetwork;
  });
}

void Injector::announce_cuts() {
  const std::vector<NodeId>& servers = options_.topology.servers;
  for (const NodeId from : servers) {
    for (const NodeId to : servers) {
      if (!world_.network().is_cut(from, to)) continue;
      world_.scheduler().stream().emit({.kind = EventKind::kCut, .node = from, .peer = to});
    }
  }
}

void Injector::condemn(const Outsider& outsider) {
  Node& node = world_.node(outsider.node);
  Network& network = world_.network();
  std::vector<NodeId> everyone = options_.topology.servers;
  everyone.insert(everyone.end(), options_.topology.clients.begin(),
                  options_.topology.clients.end());
  std::erase(everyone, outsider.node);
  switch (outsider.fate) {
    case Fate::kAsItIs: return;
    case Fate::kDown: node.cut_power(); return;
    case Fate::kPaused:
      if (node.up()) {
        node.pause();
      } else {
        node.cut_power();  // it does not come back to be paused
      }
      return;
    case Fate::kCutOff:
    case Fate::kDeaf:
    case Fate::kMute:
      for (const NodeId other : everyone) {
        if (outsider.fate != Fate::kMute) network.cut(other, outsider.node);
        if (outsider.fate != Fate::kDeaf) network.cut(outsider.node, other);
      }
      return;
  }
}

}  // namespace seedbed

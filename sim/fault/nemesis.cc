#include "sim/fault/nemesis.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "sim/core/check.h"
#include "sim/fault/catalogue.h"

namespace seedbed {
namespace {

constexpr Site kHappens("nemesis.happens", ChoiceClass::kAmbient);
constexpr Site kWhen("nemesis.when", ChoiceClass::kAmbient);
constexpr Site kHowLong("nemesis.how_long", ChoiceClass::kAmbient);
constexpr Site kHowMuch("nemesis.how_much", ChoiceClass::kAmbient);
constexpr Site kWhich("nemesis.which", ChoiceClass::kAmbient);
constexpr Site kHowMany("nemesis.how_many", ChoiceClass::kAmbient);
constexpr Site kTrigger("nemesis.trigger", ChoiceClass::kAmbient);
constexpr Site kMessageTrigger("nemesis.message_trigger", ChoiceClass::kAmbient);
constexpr Site kSide("nemesis.side", ChoiceClass::kAmbient);
constexpr Site kBridge("nemesis.bridge", ChoiceClass::kAmbient);
constexpr Site kForGood("nemesis.for_good", ChoiceClass::kAmbient);
constexpr Site kOneWay("nemesis.one_way", ChoiceClass::kAmbient);

// So many of them, uniformly drawn, in a drawn order.
std::vector<NodeId> draw_some(uint64_t bits, const std::vector<NodeId>& from, size_t size) {
  std::vector<NodeId> pool = from;
  for (size_t i = 0; i < size; ++i) {
    bits = scramble(bits + i + 1);
    std::swap(pool[i], pool[i + below(bits, pool.size() - i)]);
  }
  return {pool.begin(), pool.begin() + static_cast<ptrdiff_t>(size)};
}

// A uniformly drawn subset of that size, in the order of ids.
std::vector<NodeId> draw_subset(uint64_t bits, const std::vector<NodeId>& from, size_t size) {
  std::vector<NodeId> pool = draw_some(bits, from, size);
  std::sort(pool.begin(), pool.end());
  return pool;
}

bool contains(const std::vector<NodeId>& nodes, NodeId node) {
  return std::find(nodes.begin(), nodes.end(), node) != nodes.end();
}

// Draws what belongs to one slot.
class Slot {
 public:
  Slot(Choices& choices, Scope scope, uint32_t number)
      : choices_(choices), scope_(scope), number_(number) {}
  uint64_t draw(const Site& site) const { return choices_.ambient(site, scope_, number_); }

 private:
  Choices& choices_;
  Scope scope_;
  uint32_t number_;
};

// Everybody who is not a target is on the other side; each client on one of the two.
void draw_sides(const Slot& slot, const Topology& topology, Fault& fault) {
  const uint64_t sides = slot.draw(kSide);
  for (const NodeId server : topology.servers) {
    if (!contains(fault.targets, server)) fault.others.push_back(server);
  }
  for (const NodeId client : topology.clients) {
    const bool with_targets = ((sides >> (number(client) % 64)) & 1) != 0;
    (with_targets ? fault.targets : fault.others).push_back(client);
  }
}

// Some of `servers`, never all if there are two, against the rest.
void draw_split(const Slot& slot, const Topology& topology, Fault& fault) {
  const uint64_t most = std::max<uint64_t>(topology.servers.size() - 1, 1);
  const uint64_t size = 1 + below(slot.draw(kHowMany), most);
  fault.targets = draw_subset(slot.draw(kWhich), topology.servers, size);
  draw_sides(slot, topology, fault);
}

// Two servers have nobody between them.
void draw_bridge(const Slot& slot, Topology topology, Fault& fault) {
  if (topology.servers.size() > 2) {
    std::erase(topology.servers, draw_some(slot.draw(kBridge), topology.servers, 1).front());
  }
  draw_split(slot, topology, fault);
}

using Links = std::set<std::pair<NodeId, NodeId>>;  // the smaller end first

// Whether there are servers of which each is linked with so many others of them.
bool has_core(std::vector<NodeId> servers, const Links& links, size_t others) {
  for (bool smaller = true; smaller;) {
    const auto is_weak = [&](NodeId one) {
      const auto linked = std::count_if(servers.begin(), servers.end(), [&](NodeId other) {
        return links.contains({std::min(one, other), std::max(one, other)});
      });
      return static_cast<size_t>(linked) < others;
    };
    const auto weak = std::find_if(servers.begin(), servers.end(), is_weak);
    smaller = weak != servers.end();
    if (smaller) servers.erase(weak);
  }
  return !servers.empty();
}

// Links are lost in a drawn order, except those without which no servers would be left of which
// each reaches a majority within them: among these, the one with the longest log can be elected.
// (Whoever has k such neighbours for every order of logs is what graph theory calls a k-core.)
void draw_lost_links(const Slot& slot, const std::vector<NodeId>& servers, Fault& fault) {
  std::vector<std::pair<NodeId, NodeId>> pairs;
  for (size_t i = 0; i < servers.size(); ++i) {
    for (size_t j = i + 1; j < servers.size(); ++j) pairs.emplace_back(servers[i], servers[j]);
  }
  Links left(pairs.begin(), pairs.end());
  uint64_t bits = slot.draw(kWhich);
  for (size_t i = 0; i + 1 < pairs.size(); ++i) {
    bits = scramble(bits + i + 1);
    std::swap(pairs[i], pairs[i + below(bits, pairs.size() - i)]);
  }
  const uint64_t most = 1 + below(slot.draw(kHowMany), std::max<size_t>(pairs.size(), 1));
  uint64_t ways = slot.draw(kOneWay);
  std::vector<std::pair<NodeId, NodeId>> lost;  // from, to
  for (const auto& [one, other] : pairs) {
    if (pairs.size() - left.size() == most) break;
    left.erase({one, other});
    if (!has_core(servers, left, servers.size() / 2)) {
      left.insert({one, other});
      continue;
    }
    ways = scramble(ways + 1);
    if (ways % 4 != 1) lost.emplace_back(one, other);
    if (ways % 4 != 2) lost.emplace_back(other, one);
  }
  std::sort(lost.begin(), lost.end());
  for (const auto& [from, to] : lost) {
    fault.targets.push_back(from);
    fault.others.push_back(to);
  }
}

void draw_targets(const Slot& slot, const Topology& topology, Aim aim, Fault& fault) {
  const std::vector<NodeId>& servers = topology.servers;
  switch (aim) {
    case Aim::kRate: CHECK(false);  // a rate is not part of a plan
    case Aim::kServer: fault.targets = draw_subset(slot.draw(kWhich), servers, 1); return;
    case Aim::kClient: fault.targets = draw_subset(slot.draw(kWhich), topology.clients, 1); return;
    case Aim::kLinks:
      fault.targets = draw_subset(slot.draw(kWhich), servers, 1);
      draw_sides(slot, topology, fault);
      return;
    case Aim::kSplit: draw_split(slot, topology, fault); return;
    case Aim::kBridge: draw_bridge(slot, topology, fault); return;
    case Aim::kRing: fault.targets = draw_some(slot.draw(kWhich), servers, servers.size()); return;
    case Aim::kZone:
      fault.targets = topology.zone(
          static_cast<uint32_t>(below(slot.draw(kWhich), std::max(topology.zones, 1u))));
      return;
    case Aim::kZoneSplit:
      fault.targets = topology.zone(
          static_cast<uint32_t>(below(slot.draw(kWhich), std::max(topology.zones, 1u))));
      draw_sides(slot, topology, fault);
      return;
    case Aim::kLost: draw_lost_links(slot, servers, fault); return;
    case Aim::kHub:
      fault.targets = draw_subset(slot.draw(kWhich), servers, 1);
      fault.others = servers;
      std::erase(fault.others, fault.targets.front());
      return;
    case Aim::kAllServers: fault.targets = servers; return;
    case Aim::kLeader:
      fault.others = servers;
      fault.others.insert(fault.others.end(), topology.clients.begin(), topology.clients.end());
      return;
  }
}

void draw_trigger(const Slot& slot, const FaultDose& dose, Fault& fault) {
  const NodeId node = fault.targets.front();
  const uint64_t disk = slot.draw(kTrigger);
  if (dose.triggered_by_disk.holds(disk)) {
    fault.begin = {.node = node,
                   .deed = Deed::kDiskOperation,
                   .nth = 1 + below(scramble(disk), dose.max_disk_operation)};
    return;
  }
  const uint64_t message = slot.draw(kMessageTrigger);
  if (!dose.triggered_by_message.holds(message)) return;
  const uint64_t bits = scramble(message);
  fault.begin = {.node = node,
                 .deed = (bits & 1) != 0 ? Deed::kSend : Deed::kReceive,
                 .nth = 1 + below(scramble(bits), dose.max_message)};
}

Fault draw_fault(const Slot& slot, const FaultMix& mix, const FaultDose& dose,
                 const Topology& topology) {
  Fault fault{.kind = dose.kind};
  fault.begin.at =
      kStart + Duration(between(slot.draw(kWhen), nanoseconds(mix.begin), nanoseconds(mix.end)));
  fault.duration =
      Duration(between(slot.draw(kHowLong), dose.min_duration.count(), dose.max_duration.count()));
  fault.magnitude = between(slot.draw(kHowMuch), dose.min_magnitude, dose.max_magnitude);
  fault.for_good = dose.for_good.holds(slot.draw(kForGood));
  draw_targets(slot, topology, info(dose.kind).aim, fault);
  if (!fault.targets.empty()) draw_trigger(slot, dose, fault);
  return fault;
}

}  // namespace

std::vector<NodeId> Topology::zone(uint32_t number) const {
  std::vector<NodeId> members;
  for (size_t i = number; i < servers.size(); i += zones) members.push_back(servers[i]);
  return members;
}

FaultPlan draw_plan(Choices& choices, const FaultMix& mix, const Topology& topology) {
  FaultPlan plan;
  std::map<FaultKind, uint32_t> slots_used;  // doses of one kind share its slots
  for (const FaultDose& dose : mix.doses) {
    const Scope scope = choices.scope(fmt::format("nemesis {}", to_string(dose.kind)));
    uint32_t& number = slots_used[dose.kind];
    for (const uint32_t last = number + dose.slots; number < last;) {
      const Slot slot(choices, scope, ++number);
      if (!dose.odds.holds(slot.draw(kHappens))) continue;
      plan.faults.push_back(draw_fault(slot, mix, dose, topology));
      plan.faults.back().id = static_cast<uint32_t>(dose.kind) * 1000 + number;
    }
  }
  return plan;
}

}  // namespace seedbed

#include "sim/fault/injector.h"

#include <algorithm>

namespace seedbed {

// One fault of the plan: waits, is applied, is lifted.
class Injector::Active final : public Action {
 public:
  Active(Injector& injector, const Fault& fault) : fault(fault), injector_(injector) {}
  void fire() override { applied ? injector_.end(*this) : injector_.begin(*this); }

  const Fault& fault;
  bool applied = false;
  bool over = false;

 private:
  Injector& injector_;
};

Injector::Injector(World& world, Tolerance tolerance, FaultPlan plan, std::vector<NodeId> servers)
    : world_(world),
      tolerance_(tolerance),
      plan_(std::move(plan)),
      servers_(std::move(servers)),
      disk_operations_(world.node_count() + 1) {
  for (const Fault& fault : plan_.faults) active_.push_back(std::make_unique<Active>(*this, fault));
}

Injector::~Injector() {
  for (const auto& active : active_) world_.scheduler().cancel(*active);
}

void Injector::arm() {
  for (const auto& active : active_) {
    if (active->fault.begin.by_time()) world_.scheduler().schedule(*active, active->fault.begin.at);
  }
}

void Injector::on_event(const TraceEvent& event) {
  const uint64_t count = ++disk_operations_[number(event.node)];
  if (healed_) return;
  for (const auto& active : active_) {
    const Trigger& trigger = active->fault.begin;
    if (trigger.by_time() || trigger.node != event.node || trigger.disk_operation != count)
      continue;
    if (active->over || active->applied || active->pending()) continue;
    world_.scheduler().schedule_in(*active, Duration::zero());
  }
}

bool Injector::within_tolerance(const Fault& fault) const {
  if (fault.kind == FaultKind::kClockDrift) {
    return std::abs(fault.magnitude) <= tolerance_.clock_drift_ppm;
  }
  if (fault.kind != FaultKind::kCrash && fault.kind != FaultKind::kPause) return true;
  uint32_t down = 0;
  for (const NodeId server : servers_) {
    Node& node = world_.node(server);
    const bool hit =
        std::find(fault.targets.begin(), fault.targets.end(), server) != fault.targets.end();
    if (hit || !node.up() || node.paused()) ++down;
  }
  // A machine that is down already cannot be taken down: nothing would happen.
  const bool possible = std::all_of(fault.targets.begin(), fault.targets.end(), [&](NodeId id) {
    return world_.node(id).up() && !world_.node(id).paused();
  });
  return possible && down <= tolerance_.servers_down;
}

void Injector::begin(Active& active) {
  if (healed_) return;
  if (!within_tolerance(active.fault)) {
    ++suppressed_;
    active.over = true;
    return;
  }
  active.applied = true;
  ++fired_[static_cast<size_t>(active.fault.kind)];
  emit(EventKind::kFaultBegin, active.fault);
  world_.scheduler().schedule_in(active, active.fault.duration);
  apply(active.fault);
}

void Injector::end(Active& active) {
  active.applied = false;
  active.over = true;
  emit(EventKind::kFaultEnd, active.fault);
  lift(active.fault);
}

void Injector::heal() {
  healed_ = true;
  for (const auto& active : active_) {
    world_.scheduler().cancel(*active);
    if (active->applied) end(*active);
  }
  world_.network().heal();
  world_.scheduler().stream().emit({.kind = EventKind::kHeal});
}

template <class Visit>
void Injector::each_link(const Fault& fault, Visit visit) {
  for (const NodeId target : fault.targets) {
    for (const NodeId other : fault.others) visit(target, other);
  }
}

void Injector::apply(const Fault& fault) {
  Network& network = world_.network();
  const Duration magnitude = std::chrono::microseconds(fault.magnitude);
  switch (fault.kind) {
    case FaultKind::kCrash:
      for (const NodeId id : fault.targets) world_.node(id).crash();
      return;
    case FaultKind::kPause:
      for (const NodeId id : fault.targets) world_.node(id).pause();
      return;
    case FaultKind::kSlow:
      for (const NodeId id : fault.targets) world_.node(id).set_service_time(magnitude);
      return;
    case FaultKind::kSlowDisk:
      for (const NodeId id : fault.targets) world_.node(id).disk().set_extra_latency(magnitude);
      return;
    case FaultKind::kClockDrift:
      for (const NodeId id : fault.targets) world_.node(id).add_drift(fault.magnitude * 1000);
      return;
    case FaultKind::kOneWayPartition:
      each_link(fault, [&](NodeId from, NodeId to) { network.cut(from, to); });
      return;
    case FaultKind::kPartition:
      each_link(fault, [&](NodeId one, NodeId other) {
        network.cut(one, other);
        network.cut(other, one);
      });
      return;
    case FaultKind::kLinkLoss:
    case FaultKind::kLinkDelay: {
      LinkTrouble trouble;
      if (fault.kind == FaultKind::kLinkLoss) {
        trouble.loss = Ratio::permille(static_cast<uint64_t>(fault.magnitude));
      } else {
        trouble.extra_latency = magnitude;
      }
      each_link(fault, [&](NodeId one, NodeId other) {
        network.set_trouble(one, other, trouble);
        network.set_trouble(other, one, trouble);
      });
      return;
    }
  }
}

void Injector::lift(const Fault& fault) {
  Network& network = world_.network();
  switch (fault.kind) {
    case FaultKind::kCrash:
      for (const NodeId id : fault.targets) world_.node(id).start();
      return;
    case FaultKind::kPause:
      for (const NodeId id : fault.targets) world_.node(id).resume();
      return;
    case FaultKind::kSlow:
      for (const NodeId id : fault.targets) world_.node(id).set_service_time({});
      return;
    case FaultKind::kSlowDisk:
      for (const NodeId id : fault.targets) world_.node(id).disk().set_extra_latency({});
      return;
    case FaultKind::kClockDrift:
      for (const NodeId id : fault.targets) world_.node(id).add_drift(0);
      return;
    case FaultKind::kOneWayPartition:
      each_link(fault, [&](NodeId from, NodeId to) { network.mend(from, to); });
      return;
    case FaultKind::kPartition:
      each_link(fault, [&](NodeId one, NodeId other) {
        network.mend(one, other);
        network.mend(other, one);
      });
      return;
    case FaultKind::kLinkLoss:
    case FaultKind::kLinkDelay:
      each_link(fault, [&](NodeId one, NodeId other) {
        network.clear_trouble(one, other);
        network.clear_trouble(other, one);
      });
      return;
  }
}

void Injector::emit(EventKind kind, const Fault& fault) {
  const std::string text = describe(fault, [this](NodeId id) { return world_.name_of(id); });
  world_.scheduler().stream().emit({.kind = kind,
                                    .node = fault.targets.front(),
                                    .id = fault.id,
                                    .value = static_cast<uint64_t>(fault.magnitude),
                                    .name = to_string(fault.kind),
                                    .bytes = text});
}

}  // namespace seedbed

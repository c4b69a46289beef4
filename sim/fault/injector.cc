#include "sim/fault/injector.h"

#include <algorithm>

#include "sim/fault/active.h"

namespace seedbed {

Injector::Injector(World& world, InjectorOptions options, FaultPlan plan)
    : world_(world),
      options_(std::move(options)),
      plan_(std::move(plan)),
      disk_operations_(world.node_count() + 1) {
  for (const Fault& fault : plan_.faults) active_.push_back(std::make_unique<Active>(*this, fault));
}

Injector::~Injector() {
  world_.scheduler().cancel(healing_);
  for (const auto& active : active_) world_.scheduler().cancel(*active);
}

void Injector::arm(Time end_of_faults) {
  if (end_of_faults != kNever) world_.scheduler().schedule(healing_, end_of_faults);
  for (const auto& active : active_) {
    if (active->fault.begin.by_time()) world_.scheduler().schedule(*active, active->fault.begin.at);
  }
}

uint64_t Injector::fired(FaultKind kind) const {
  const FaultInfo& row = info(kind);
  return row.is_rate() ? row.fired(world_) : fired_[static_cast<size_t>(kind)];
}

FaultPlan Injector::applied() const {
  FaultPlan result;
  for (size_t i = 0; i < active_.size(); ++i) {
    if (active_[i]->fired) result.faults.push_back(plan_.faults[i]);
  }
  return result;
}

EventKinds Injector::interests() const {
  const bool seeks_leader =
      options_.leads && std::any_of(plan_.faults.begin(), plan_.faults.end(),
                                    [](const Fault& fault) { return fault.targets.empty(); });
  return seeks_leader ? EventKinds(EventKind::kDiskSubmit, EventKind::kProbe, EventKind::kCrash)
                      : EventKinds(EventKind::kDiskSubmit);
}

void Injector::on_event(const TraceEvent& event) {
  if (event.kind == EventKind::kDiskSubmit) {
    count_disk_operation(event.node);
  } else if (event.kind == EventKind::kCrash) {
    if (leader_ == event.node) leader_.reset();
  } else if (const auto leads = options_.leads(event)) {
    if (*leads) {
      leader_ = event.node;
    } else if (leader_ == event.node) {
      leader_.reset();
    }
  }
}

void Injector::count_disk_operation(NodeId node) {
  const uint64_t count = ++disk_operations_[number(node)];
  if (healed_) return;
  for (const auto& active : active_) {
    const Trigger& trigger = active->fault.begin;
    if (trigger.by_time() || trigger.node != node || trigger.disk_operation != count) continue;
    if (active->over || active->applied || active->pending()) continue;
    world_.scheduler().schedule_in(*active, Duration::zero());
  }
}

// --- Bounds ---

uint32_t Injector::down_with(const std::vector<NodeId>& targets) const {
  uint32_t down = 0;
  for (const NodeId server : options_.topology.servers) {
    const Node& node = world_.node(server);
    const bool hit = std::find(targets.begin(), targets.end(), server) != targets.end();
    if (hit || !node.up() || node.paused()) ++down;
  }
  return down;
}

// A machine that is down already cannot be taken down: nothing would happen.
bool Injector::possible(const Fault& fault) const {
  if (fault.targets.empty()) return false;
  if (info(fault.kind).cost != Cost::kServer) return true;
  return std::all_of(fault.targets.begin(), fault.targets.end(),
                     [&](NodeId id) { return world_.node(id).up() && !world_.node(id).paused(); });
}

bool Injector::within(const Fault& fault, const Tolerance& tolerance) const {
  switch (info(fault.kind).cost) {
    case Cost::kNothing: return true;
    case Cost::kServer: return down_with(fault.targets) <= tolerance.servers_down;
    case Cost::kDisk: {
      std::set<NodeId> lost = disks_lost_;
      lost.insert(fault.targets.begin(), fault.targets.end());
      return lost.size() <= tolerance.disks_lost;
    }
    case Cost::kClockRate: return std::abs(fault.magnitude) <= tolerance.clock_drift_ppm;
    case Cost::kClockError:
      return std::chrono::microseconds(std::abs(fault.magnitude)) <= tolerance.clock_error;
  }
  return false;
}

void Injector::take(const Fault& fault) {
  const Cost cost = info(fault.kind).cost;
  if (cost == Cost::kDisk) disks_lost_.insert(fault.targets.begin(), fault.targets.end());
  if (!within(fault, options_.promised)) announce(assumption_behind(cost), fault);
}

void Injector::announce(Assumption assumption, const Fault& fault) {
  if (!broken_.insert(assumption).second) return;
  world_.scheduler().stream().emit({.kind = EventKind::kAssumption,
                                    .node = fault.targets.front(),
                                    .id = fault.id,
                                    .value = static_cast<uint64_t>(assumption),
                                    .name = to_string(assumption)});
}

// --- One fault ---

bool Injector::resolve_targets(Fault& fault) const {
  if (!fault.targets.empty()) return true;
  if (!leader_) return false;
  fault.targets = {*leader_};
  std::erase(fault.others, *leader_);
  return true;
}

void Injector::begin(Active& active) {
  if (healed_) return;
  Fault& fault = active.fault;
  if (!resolve_targets(fault) || !possible(fault) || !within(fault, options_.allowed)) {
    ++suppressed_;
    active.over = true;
    return;
  }
  active.applied = active.fired = true;
  ++fired_[static_cast<size_t>(fault.kind)];
  take(fault);
  emit(EventKind::kFaultBegin, fault);
  Scheduler& scheduler = world_.scheduler();
  active.ends = scheduler.now() + fault.duration;
  Stage stage{.world = world_, .fault = fault};
  info(fault.kind).begin(stage);
  const Time next = stage.next > Duration::zero() ? scheduler.now() + stage.next : kNever;
  scheduler.schedule(active, std::min(active.ends, next));
}

void Injector::advance(Active& active) {
  Scheduler& scheduler = world_.scheduler();
  if (scheduler.now() >= active.ends) {
    end(active);
    return;
  }
  Stage stage{.world = world_, .fault = active.fault, .step = ++active.step};
  info(active.fault.kind).step(stage);
  const Time next = stage.next > Duration::zero() ? scheduler.now() + stage.next : kNever;
  scheduler.schedule(active, std::min(active.ends, next));
}

void Injector::end(Active& active) {
  active.applied = false;
  active.over = true;
  emit(EventKind::kFaultEnd, active.fault);
  Stage stage{.world = world_, .fault = active.fault, .step = active.step};
  if (const auto lift = info(active.fault.kind).end) lift(stage);
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

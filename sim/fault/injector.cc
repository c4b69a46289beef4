#include "sim/fault/injector.h"

#include <algorithm>

#include "sim/fault/active.h"

namespace seedbed {

Injector::Injector(World& world, InjectorOptions options, FaultPlan plan)
    : world_(world),
      options_(std::move(options)),
      plan_(std::move(plan)),
      deeds_(world.node_count() + 1) {
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
  return row.fired != nullptr ? row.fired(world_) : fired_[static_cast<size_t>(kind)];
}

FaultPlan Injector::applied() const {
  FaultPlan result;
  for (size_t i = 0; i < active_.size(); ++i) {
    if (active_[i]->fired) result.faults.push_back(plan_.faults[i]);
  }
  return result;
}

EventKinds Injector::interests() const {
  const auto any_fault = [this](auto holds) {
    return std::any_of(plan_.faults.begin(), plan_.faults.end(), holds);
  };
  EventKinds kinds(EventKind::kDiskSubmit, EventKind::kFault);
  const bool seeks_leader =
      options_.leads && any_fault([](const Fault& fault) { return fault.targets.empty(); });
  if (seeks_leader) kinds = kinds.with(EventKind::kProbe).with(EventKind::kCrash);
  const auto waits_for = [&](Deed deed) {
    return any_fault([deed](const Fault& fault) { return fault.begin.deed == deed; });
  };
  if (waits_for(Deed::kSend)) kinds = kinds.with(EventKind::kSend);
  if (waits_for(Deed::kReceive)) kinds = kinds.with(EventKind::kReceive);
  return kinds;
}

void Injector::on_event(const TraceEvent& event) {
  switch (event.kind) {
    case EventKind::kDiskSubmit: return count(event.node, Deed::kDiskOperation);
    case EventKind::kSend: return count(event.node, Deed::kSend);
    case EventKind::kReceive: return count(event.node, Deed::kReceive);
    case EventKind::kFault: return count_fault(event);
    case EventKind::kCrash:
      if (leader_ == event.node) leader_.reset();
      return;
    default: break;
  }
  if (const auto leads = options_.leads(event)) {
    if (*leads) {
      leader_ = event.node;
    } else if (leader_ == event.node) {
      leader_.reset();
    }
  }
}

void Injector::count(NodeId node, Deed deed) {
  const uint64_t count = ++deeds_[number(node)][static_cast<size_t>(deed)];
  if (healed_) return;
  for (const auto& active : active_) {
    const Trigger& trigger = active->fault.begin;
    if (trigger.deed != deed || trigger.node != node || trigger.nth != count) continue;
    if (active->over || active->applied || active->pending()) continue;
    set_off(*active);
  }
}

// Faults begin between two events. What a process does after the deed and before it dies must not
// happen any more.
void Injector::set_off(Active& active) {
  world_.scheduler().schedule_in(active, Duration::zero());
  const Fault& fault = active.fault;
  const NodeId doer = fault.begin.node;
  const bool hit =
      std::find(fault.targets.begin(), fault.targets.end(), doer) != fault.targets.end();
  Node& node = world_.node(doer);
  if (!info(fault.kind).kills || !hit || !node.up() || node.doomed() || !may_begin(fault)) return;
  active.doomed = true;
  node.doom();
}

void Injector::count_fault(const TraceEvent& event) {
  if (const FaultInfo* row = find_fault(event.name)) ++fired_[static_cast<size_t>(row->kind)];
}

// --- Bounds ---

bool Injector::serves(NodeId server) const {
  const Node& node = world_.node(server);
  if (!node.up() || node.paused()) return false;
  return std::none_of(active_.begin(), active_.end(), [&](const auto& active) {
    const std::vector<NodeId>& targets = active->fault.targets;
    return active->applied && takes_servers(info(active->fault.kind).cost) &&
           std::find(targets.begin(), targets.end(), server) != targets.end();
  });
}

uint32_t Injector::down_with(const std::vector<NodeId>& targets) const {
  uint32_t down = 0;
  for (const NodeId server : options_.topology.servers) {
    const bool hit = std::find(targets.begin(), targets.end(), server) != targets.end();
    if (hit || !serves(server)) ++down;
  }
  return down;
}

// Machines that are down already cannot be taken down: nothing would happen.
bool Injector::possible(const Fault& fault) const {
  if (fault.targets.empty()) return false;
  const FaultInfo& row = info(fault.kind);
  if (row.possible != nullptr && !row.possible(world_, fault.targets.front())) return false;
  if (!takes_servers(row.cost)) return true;
  return std::any_of(fault.targets.begin(), fault.targets.end(),
                     [&](NodeId id) { return serves(id); });
}

bool Injector::within_servers(const Fault& fault, const Tolerance& tolerance) const {
  const Cost cost = info(fault.kind).cost;
  if (!takes_servers(cost)) return true;
  if (cost == Cost::kPower && tolerance.survives_power_loss) return true;
  return down_with(fault.targets) <= tolerance.servers_down;
}

bool Injector::within_disks(const Fault& fault, const Tolerance& tolerance) const {
  if (!takes_disks(info(fault.kind).cost)) return true;
  std::set<NodeId> lost = disks_lost_;
  lost.insert(fault.targets.begin(), fault.targets.end());
  return lost.size() <= tolerance.disks_lost;
}

bool Injector::within_versions(const Fault& fault, const Tolerance& tolerance) const {
  return info(fault.kind).cost != Cost::kServerAndVersion || tolerance.goes_back;
}

bool Injector::within(const Fault& fault, const Tolerance& tolerance) const {
  switch (info(fault.kind).cost) {
    case Cost::kNothing: return true;
    case Cost::kClockRate: return std::abs(fault.magnitude) <= tolerance.clock_drift_ppm;
    case Cost::kClockError:
      return std::chrono::microseconds(std::abs(fault.magnitude)) <= tolerance.clock_error;
    case Cost::kClockStands: return fault.duration <= tolerance.clock_error;
    case Cost::kServer:
    case Cost::kPower:
    case Cost::kDisk:
    case Cost::kServerAndDisk:
    case Cost::kServerAndVersion: break;
  }
  return within_servers(fault, tolerance) && within_disks(fault, tolerance) &&
         within_versions(fault, tolerance);
}

bool Injector::may_begin(const Fault& fault) const {
  return possible(fault) && within(fault, options_.allowed);
}

void Injector::take(const Fault& fault) {
  const Cost cost = info(fault.kind).cost;
  if (!within_servers(fault, options_.promised)) announce(Assumption::kServersUp, fault);
  const bool rest =
      takes_servers(cost) || takes_disks(cost)
          ? within_disks(fault, options_.promised) && within_versions(fault, options_.promised)
          : within(fault, options_.promised);
  if (!rest) announce(assumption_behind(cost), fault);
  if (takes_disks(cost)) disks_lost_.insert(fault.targets.begin(), fault.targets.end());
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
  if (!active.doomed && (!resolve_targets(fault) || !may_begin(fault))) {
    ++suppressed_;
    active.over = true;
    return;
  }
  take(fault);
  active.applied = active.fired = true;
  ++fired_[static_cast<size_t>(fault.kind)];
  emit(EventKind::kFaultBegin, fault);
  Scheduler& scheduler = world_.scheduler();
  active.ends = fault.for_good ? kNever : scheduler.now() + fault.duration;
  Stage stage{.world = world_, .fault = fault};
  info(fault.kind).begin(stage);
  await_next(active, stage.next);
}

void Injector::await_next(Active& active, Duration step) {
  Scheduler& scheduler = world_.scheduler();
  const Time next = step > Duration::zero() ? scheduler.now() + step : kNever;
  const Time due = std::min(active.ends, next);
  if (due != kNever) scheduler.schedule(active, due);
}

void Injector::advance(Active& active) {
  Scheduler& scheduler = world_.scheduler();
  if (scheduler.now() >= active.ends) {
    end(active);
    return;
  }
  Stage stage{.world = world_, .fault = active.fault, .step = ++active.step};
  info(active.fault.kind).step(stage);
  await_next(active, stage.next);
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

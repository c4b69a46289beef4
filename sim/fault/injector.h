// Injector: does to a world what a plan says, and no more than it may.
//
// The bound is enforced here, when a fault is applied, in replays too: a fault that would take more
// than is allowed is suppressed, and does not count as having fired. A scenario may allow more than
// the protocol promises to survive; what then goes beyond the promise is announced as a broken
// assumption.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "sim/fault/assumption.h"
#include "sim/fault/catalogue.h"
#include "sim/fault/fault_plan.h"
#include "sim/fault/nemesis.h"
#include "sim/fault/tolerance.h"
#include "sim/world/world.h"

namespace seedbed {

struct InjectorOptions {
  Tolerance promised;  // what the protocol survives
  Tolerance allowed;   // what the scenario permits
  Topology topology;
  // Whether an event says that its node leads from now on (true) or no longer (false); for faults
  // that look for the leader. May be empty.
  std::function<std::optional<bool>(const TraceEvent& event)> leads;
};

class Injector final : public EventSink {
 public:
  // Watches the world for what triggers the faults of the plan.
  Injector(World& world, InjectorOptions options, FaultPlan plan);
  ~Injector() override;

  // Schedules the plan and, if there is one, its end. Call once, before the run.
  void arm(Time end_of_faults = kNever);

  // The end of the faults: begins no other, and heals a core of servers that suffices, with the
  // clients, of all but the faults that are there for good. What ails the servers outside of it
  // stays as it is for good, or gets worse: they may be down, cut off, deaf, mute or paused for
  // ever. There are no more of them than the protocol promises to survive down at once; which, and
  // how they fare, are fault choices. Announces each of them. Where links stay cut for good, which
  // is announced too, no server is left outside. Must not be called from a task.
  void heal();

  // How often a fault of that kind was really applied.
  uint64_t fired(FaultKind kind) const;
  uint64_t suppressed() const { return suppressed_; }
  const FaultPlan& plan() const { return plan_; }
  // The faults of the plan that were applied, in the order of the plan.
  FaultPlan applied() const;

  EventKinds interests() const override;
  void on_event(const TraceEvent& event) override;

 private:
  class Active;
  struct Outsider;
  struct Healing final : Action {
    explicit Healing(Injector& injector) : injector(injector) {}
    void fire() override { injector.heal(); }
    Injector& injector;
  };

  bool possible(const Fault& fault) const;
  bool within(const Fault& fault, const Tolerance& tolerance) const;
  // Up, and not taken by a fault that counts it as down.
  bool serves(NodeId server) const;
  bool within_servers(const Fault& fault, const Tolerance& tolerance) const;
  bool within_disks(const Fault& fault, const Tolerance& tolerance) const;
  bool within_versions(const Fault& fault, const Tolerance& tolerance) const;
  uint32_t down_with(const std::vector<NodeId>& targets) const;
  bool may_begin(const Fault& fault) const;
  void count(NodeId node, Deed deed);
  void set_off(Active& active);
  void count_fault(const TraceEvent& event);
  void begin(Active& active);
  void advance(Active& active);
  void await_next(Active& active, Duration step);
  void end(Active& active);
  bool resolve_targets(Fault& fault) const;
  void take(const Fault& fault);
  void emit(EventKind kind, const Fault& fault);
  void announce(Assumption assumption, const Fault& fault);

  std::vector<Outsider> draw_outsiders();
  void condemn(const Outsider& outsider);
  bool links_are_lost() const;
  void announce_cuts();

  World& world_;
  InjectorOptions options_;
  FaultPlan plan_;
  std::vector<std::unique_ptr<Active>> active_;
  std::vector<std::array<uint64_t, kDeeds>> deeds_;  // so far, by node
  std::array<uint64_t, kFaultNumbers> fired_{};
  uint64_t suppressed_ = 0;
  std::set<NodeId> disks_lost_;
  std::set<Assumption> broken_;
  std::optional<NodeId> leader_;
  Healing healing_{*this};
  bool healed_ = false;
};

}  // namespace seedbed

// Injector: does to a world what a plan says, and no more than the protocol promises to survive.
//
// The bound is enforced here, when a fault is applied, in replays too: a fault that would take down
// more machines than the tolerance allows is suppressed, and does not count as having fired.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "sim/fault/fault_plan.h"
#include "sim/world/world.h"

namespace seedbed {

// What a protocol promises to survive.
struct Tolerance {
  uint32_t servers_down = 0;    // crashed or paused at the same time
  int64_t clock_drift_ppm = 0;  // a clock's greatest rate error
};

class Injector final : public EventSink {
 public:
  // Watches disk operations of the world for the faults that they trigger. `servers` are those that
  // the tolerance counts.
  Injector(World& world, Tolerance tolerance, FaultPlan plan, std::vector<NodeId> servers);
  ~Injector() override;

  // Schedules the plan. Call once, before the run.
  void arm();
  // Ends every fault, restarts what is down, and begins no other.
  void heal();

  // How often a fault of that kind was really applied.
  uint64_t fired(FaultKind kind) const { return fired_[static_cast<size_t>(kind)]; }
  uint64_t suppressed() const { return suppressed_; }
  const FaultPlan& plan() const { return plan_; }

  EventKinds interests() const override { return EventKinds(EventKind::kDiskSubmit); }
  void on_event(const TraceEvent& event) override;

 private:
  class Active;

  bool within_tolerance(const Fault& fault) const;
  void begin(Active& active);
  void end(Active& active);
  void apply(const Fault& fault);
  void lift(const Fault& fault);
  template <class Visit>
  void each_link(const Fault& fault, Visit visit);
  void emit(EventKind kind, const Fault& fault);

  World& world_;
  Tolerance tolerance_;
  FaultPlan plan_;
  std::vector<NodeId> servers_;
  std::vector<std::unique_ptr<Active>> active_;
  std::vector<uint64_t> disk_operations_;  // submitted so far, by node
  std::array<uint64_t, kFaultKinds.size()> fired_{};
  uint64_t suppressed_ = 0;
  bool healed_ = false;
};

}  // namespace seedbed

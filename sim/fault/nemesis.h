// Nemesis: turns a mix of faults and a seed into a plan.
//
// Each kind of fault has slots, as many as the mix allows. Whether a slot holds a fault is a fault
// choice (0: it does not); when, where, how long and how hard are ambient choices of the same slot.
// So leaving one fault out of a run changes nothing about the others.
#pragma once

#include <span>
#include <vector>

#include "sim/core/choice.h"
#include "sim/fault/fault_plan.h"

namespace seedbed {

// How much of one kind of fault there may be.
struct FaultDose {
  FaultKind kind{};
  uint32_t slots = 0;        // at most so many
  Ratio odds = Ratio(1, 2);  // that a slot holds a fault
  Duration min_duration = 100ms;
  Duration max_duration = 2s;
  int64_t min_magnitude = 0;
  int64_t max_magnitude = 0;
  Ratio triggered_by_disk;             // crashes: odds of falling between two disk operations
  uint64_t max_disk_operation = 2000;  // crashes: the latest such operation
};

struct FaultMix {
  std::vector<FaultDose> doses;
  Time begin = kStart + 500ms;  // no fault begins earlier
  Time end = kStart + 20s;      // nor later
};

// Targets are drawn among `servers`; `everyone` is who a partition can separate them from.
FaultPlan draw_plan(Choices& choices, const FaultMix& mix, std::span<const NodeId> servers,
                    std::span<const NodeId> everyone);

}  // namespace seedbed

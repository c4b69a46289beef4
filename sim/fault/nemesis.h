// Nemesis: turns a mix of faults and a seed into a plan.
//
// Each kind of fault has slots, as many as the mix allows. Whether a slot holds a fault, when,
// where, how long and how hard are choices of that slot alone. So a change of one dose changes
// nothing about the other kinds.
#pragma once

#include <span>
#include <vector>

#include "sim/core/choice.h"
#include "sim/core/random.h"
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
  Ratio triggered_by_disk;             // odds of beginning right after a disk operation
  uint64_t max_disk_operation = 2000;  // the latest such operation
  Ratio triggered_by_message;          // odds, of the others, of beginning right after a message
  uint64_t max_message = 5000;         // the latest such message, sent or received
  Ratio for_good;                      // odds of staying when the others are healed
};

struct FaultMix {
  std::vector<FaultDose> doses;
  Time begin = kStart + 500ms;  // no fault begins earlier
  Time end = kStart + 20s;      // nor later
};

// The machines of a world, as far as a nemesis knows them.
struct Topology {
  std::vector<NodeId> servers;
  std::vector<NodeId> clients;
  uint32_t zones = 1;  // servers belong to them in turn

  std::vector<NodeId> zone(uint32_t number) const;  // its servers; number < zones
};

FaultPlan draw_plan(Choices& choices, const FaultMix& mix, const Topology& topology);

}  // namespace seedbed

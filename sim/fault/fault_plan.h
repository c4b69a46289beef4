// Fault plan: the faults that last, as data. What each message and write suffers are choices of their
// own (sim/world/sites.h); a plan holds what happens to machines and links for a while.
//
//   fault 2003  partition  n1 n2 | n3 n4 n5   from 4.200s for 1.900s
//   fault 1001  crash      n3                 after disk operation 17 of n3, down for 0.800s
//
// Ids are stable: removing an entry renumbers nothing.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/core/ids.h"
#include "sim/core/time.h"

namespace seedbed {

enum class FaultKind : uint8_t {
  kCrash,            // targets go down, and are started again when it ends
  kPartition,        // no messages between targets and others
  kOneWayPartition,  // none from targets to others
  kPause,            // targets run no code
  kSlow,             // targets take `magnitude` microseconds to serve a message
  kLinkLoss,         // messages between targets and others are lost, `magnitude` in a thousand
  kLinkDelay,        // messages between targets and others take `magnitude` microseconds longer
  kSlowDisk,         // reads and syncs of targets take `magnitude` microseconds longer
  kClockDrift,       // clocks of targets drift by `magnitude` parts per million
};
inline constexpr std::array kFaultKinds{
    FaultKind::kCrash,     FaultKind::kPartition, FaultKind::kOneWayPartition,
    FaultKind::kPause,     FaultKind::kSlow,      FaultKind::kLinkLoss,
    FaultKind::kLinkDelay, FaultKind::kSlowDisk,  FaultKind::kClockDrift};

// "crash", "one_way_partition": as in scenarios and events.
std::string_view to_string(FaultKind kind);
// One sentence for the catalogue.
std::string_view meaning(FaultKind kind);

// When a fault begins: at a time, or right after a machine submitted its n-th disk operation (so that a
// crash can fall between a write and its sync).
struct Trigger {
  Time at = kNever;
  NodeId node = kWorld;
  uint64_t disk_operation = 0;  // 0: by time

  bool by_time() const { return disk_operation == 0; }
};

struct Fault {
  uint32_t id = 0;
  FaultKind kind{};
  Trigger begin;
  Duration duration{};
  std::vector<NodeId> targets;
  std::vector<NodeId> others;
  int64_t magnitude = 0;
};

struct FaultPlan {
  std::vector<Fault> faults;
};

// What the fault does and to whom, without its time: "n1 n2 | n3 n4 n5".
std::string describe(const Fault& fault, const std::function<std::string(NodeId)>& name_of);
// The whole line, as above.
std::string line(const Fault& fault, const std::function<std::string(NodeId)>& name_of);

}  // namespace seedbed

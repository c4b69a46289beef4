// Fault plan: the faults that last, as data. What each message and write suffers are choices of
// their own (sim/world/sites.h); a plan holds what happens to machines and links for a while.
//
//   4003  partition  n1 n2 | n3 n4 n5  from 4.200s for 1.900s
//   81001  crash  n3  after disk operation 17 of n3 for 0.800s
//   81002  crash  n1  after send 200 of n1 for 0.100s
//
// Ids are stable: removing an entry renumbers nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/core/ids.h"
#include "sim/core/time.h"
#include "sim/fault/fault_kind.h"

namespace seedbed {

// What a machine does that can set off a fault. The numbers count from 1 in the whole run.
enum class Deed : uint8_t {
  kNothing,
  kDiskOperation,  // it submits one
  kSend,           // it sends a message
  kReceive,        // it is handed one
};
inline constexpr size_t kDeeds = 4;
// "disk operation", "send", "receive".
std::string_view to_string(Deed deed);

// When a fault begins: at a time, or right after the n-th deed of a machine (so that a crash can
// fall between a write and its sync, or between two messages).
struct Trigger {
  Time at = kNever;
  NodeId node = kWorld;
  Deed deed = Deed::kNothing;
  uint64_t nth = 0;

  bool by_time() const { return deed == Deed::kNothing; }
  bool operator==(const Trigger&) const = default;
};

struct Fault {
  uint32_t id = 0;
  FaultKind kind{};
  Trigger begin;
  Duration duration{};
  std::vector<NodeId> targets;  // none: whoever leads when it begins
  std::vector<NodeId> others;
  int64_t magnitude = 0;
  bool for_good = false;  // it does not end, also when the others are healed

  bool operator==(const Fault&) const = default;
};

struct FaultPlan {
  std::vector<Fault> faults;
};

// The links of a fault that goes from each target to the other at the same place: "n1|n4 n2-/->n5".
std::string links_text(const Fault& fault, const std::function<std::string(NodeId)>& name_of);
// What the fault does and to whom, without its time: "n1 n2 | n3 n4 n5".
std::string describe(const Fault& fault, const std::function<std::string(NodeId)>& name_of);
// The whole line, as above.
std::string line(const Fault& fault, const std::function<std::string(NodeId)>& name_of);

}  // namespace seedbed

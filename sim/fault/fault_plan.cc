#include "sim/fault/fault_plan.h"

#include <fmt/format.h>

namespace seedbed {
namespace {

std::string names(const std::vector<NodeId>& nodes,
                  const std::function<std::string(NodeId)>& name_of) {
  std::string text;
  for (const NodeId node : nodes) {
    if (!text.empty()) text += ' ';
    text += name_of(node);
  }
  return text;
}

std::string seconds(Duration duration) {
  return fmt::format("{}.{:03}s", duration.count() / 1'000'000'000,
                     duration.count() / 1'000'000 % 1000);
}

}  // namespace

std::string_view to_string(FaultKind kind) {
  switch (kind) {
    case FaultKind::kCrash: return "crash";
    case FaultKind::kPartition: return "partition";
    case FaultKind::kOneWayPartition: return "one_way_partition";
    case FaultKind::kPause: return "pause";
    case FaultKind::kSlow: return "slow";
    case FaultKind::kLinkLoss: return "link_loss";
    case FaultKind::kLinkDelay: return "link_delay";
    case FaultKind::kSlowDisk: return "slow_disk";
    case FaultKind::kClockDrift: return "clock_drift";
  }
  return "unknown";
}

std::string_view meaning(FaultKind kind) {
  switch (kind) {
    case FaultKind::kCrash:
      return "a machine loses power: memory is gone, unsynced writes may be; later it restarts";
    case FaultKind::kPartition: return "no messages pass between two groups of machines";
    case FaultKind::kOneWayPartition: return "messages pass between two groups in one direction";
    case FaultKind::kPause:
      return "a machine runs no code for a while, then goes on as if nothing was";
    case FaultKind::kSlow: return "a machine takes long to serve each message";
    case FaultKind::kLinkLoss: return "links to a machine lose many messages";
    case FaultKind::kLinkDelay: return "links to a machine take longer";
    case FaultKind::kSlowDisk: return "a machine's disk takes longer to read and to sync";
    case FaultKind::kClockDrift: return "a machine's clock runs too fast or too slow";
  }
  return "";
}

std::string describe(const Fault& fault, const std::function<std::string(NodeId)>& name_of) {
  const std::string targets = names(fault.targets, name_of);
  const std::string others = names(fault.others, name_of);
  switch (fault.kind) {
    case FaultKind::kPartition: return fmt::format("{} | {}", targets, others);
    case FaultKind::kOneWayPartition: return fmt::format("{} -/-> {}", targets, others);
    case FaultKind::kLinkLoss:
      return fmt::format("{} <-> {}, {} in a thousand", targets, others, fault.magnitude);
    case FaultKind::kLinkDelay:
      return fmt::format("{} <-> {}, +{} us", targets, others, fault.magnitude);
    case FaultKind::kSlow: return fmt::format("{}, {} us a message", targets, fault.magnitude);
    case FaultKind::kSlowDisk: return fmt::format("{}, +{} us", targets, fault.magnitude);
    case FaultKind::kClockDrift: return fmt::format("{}, {:+} ppm", targets, fault.magnitude);
    case FaultKind::kCrash:
    case FaultKind::kPause: return targets;
  }
  return targets;
}

std::string line(const Fault& fault, const std::function<std::string(NodeId)>& name_of) {
  const std::string begin =
      fault.begin.by_time() ? fmt::format("from {}", seconds(fault.begin.at - kStart))
                            : fmt::format("after disk operation {} of {}",
                                          fault.begin.disk_operation, name_of(fault.begin.node));
  return fmt::format("{}  {} {}  {} for {}", fault.id, to_string(fault.kind),
                     describe(fault, name_of), begin, seconds(fault.duration));
}

}  // namespace seedbed

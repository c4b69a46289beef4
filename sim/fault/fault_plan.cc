#include "sim/fault/fault_plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/fault/catalogue.h"

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

std::string_view to_string(Deed deed) {
  switch (deed) {
    case Deed::kNothing: return "nothing";
    case Deed::kDiskOperation: return "disk operation";
    case Deed::kSend: return "send";
    case Deed::kReceive: return "receive";
  }
  return "unknown";
}

std::string links_text(const Fault& fault, const std::function<std::string(NodeId)>& name_of) {
  const size_t count = std::min(fault.targets.size(), fault.others.size());
  const auto cuts = [&](NodeId from, NodeId to) {
    for (size_t i = 0; i < count; ++i) {
      if (fault.targets[i] == from && fault.others[i] == to) return true;
    }
    return false;
  };
  std::string text;
  for (size_t i = 0; i < count; ++i) {
    const NodeId from = fault.targets[i];
    const NodeId to = fault.others[i];
    const bool both_ways = cuts(to, from);
    if (both_ways && to < from) continue;
    text += fmt::format("{}{}{}{}", text.empty() ? "" : " ", name_of(from),
                        both_ways ? "|" : "-/->", name_of(to));
  }
  return text;
}

std::string describe(const Fault& fault, const std::function<std::string(NodeId)>& name_of) {
  const std::string targets = fault.targets.empty() ? "the leader" : names(fault.targets, name_of);
  return fmt::format(fmt::runtime(info(fault.kind).line), fmt::arg("targets", targets),
                     fmt::arg("others", names(fault.others, name_of)),
                     fmt::arg("links", links_text(fault, name_of)),
                     fmt::arg("magnitude", fault.magnitude));
}

std::string line(const Fault& fault, const std::function<std::string(NodeId)>& name_of) {
  const std::string begin = fault.begin.by_time()
                                ? fmt::format("from {}", seconds(fault.begin.at - kStart))
                                : fmt::format("after {} {} of {}", to_string(fault.begin.deed),
                                              fault.begin.nth, name_of(fault.begin.node));
  return fmt::format("{}  {} {}  {} for {}", fault.id, to_string(fault.kind),
                     describe(fault, name_of), begin,
                     fault.for_good ? "good" : seconds(fault.duration));
}

}  // namespace seedbed

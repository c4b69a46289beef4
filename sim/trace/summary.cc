#include "sim/trace/summary.h"

#include <fmt/format.h>

#include "sim/core/arena.h"
#include "sim/trace/describe.h"

namespace seedbed {
namespace {

// map[key], without making a string when the key is there already.
template <class Value>
Value& at(std::map<std::string, Value, std::less<>>& map, std::string_view key) {
  auto place = map.find(key);
  if (place == map.end()) place = map.emplace(std::string(key), Value{}).first;
  return place->second;
}

}  // namespace

void TraceSummary::on_event(const TraceEvent& event) {
  const RunArena::Outside outside;
  if (events_++ == 0) first_ = event.time;
  last_ = event.time;
  ++by_kind_[static_cast<size_t>(event.kind)];
  if (event.node != kWorld) ++by_node_[event.node];
  switch (event.kind) {
    case EventKind::kSend: ++at(messages_, event.name).sent; break;
    case EventKind::kReceive: ++at(messages_, event.name).received; break;
    case EventKind::kDrop:
      ++at(messages_, event.name).dropped;
      ++drops_[event.value];
      break;
    case EventKind::kCrash: ++crashes_[event.node]; break;
    case EventKind::kReached: ++at(reached_, event.name); break;
    case EventKind::kProbe: ++at(probes_, event.name); break;
    default: break;
  }
}

uint64_t TraceSummary::count(DropReason reason) const {
  const auto place = drops_.find(static_cast<uint64_t>(reason));
  return place == drops_.end() ? 0 : place->second;
}

std::string TraceSummary::text(const std::vector<std::string>& nodes) const {
  const Describer words(nodes);
  std::string text =
      fmt::format("{} events from {} to {}\n", events_, time_text(first_), time_text(last_));
  const auto add_counts = [&](std::string_view title, const auto& counts, const auto& name_of) {
    if (counts.empty()) return;
    text += fmt::format("{}:", title);
    for (const auto& [key, count] : counts) text += fmt::format(" {} {}", name_of(key), count);
    text += '\n';
  };
  text += "kinds:";
  for (int kind = 1; kind < kEventKinds; ++kind) {
    const uint64_t number = by_kind_[static_cast<size_t>(kind)];
    if (number == 0) continue;
    text += fmt::format(" {} {}", to_string(static_cast<EventKind>(kind)), number);
  }
  text += '\n';
  const auto node_name = [&](NodeId node) { return words.name_of(node); };
  const auto same = [](const std::string& name) { return short_type(name); };
  add_counts("nodes", by_node_, node_name);
  for (const auto& [type, messages] : messages_) {
    text += fmt::format("messages {}: sent {}, received {}, dropped {}\n", short_type(type),
                        messages.sent, messages.received, messages.dropped);
  }
  add_counts("drops", drops_,
             [](uint64_t reason) { return to_string(static_cast<DropReason>(reason)); });
  add_counts("crashes", crashes_, node_name);
  add_counts("reached", reached_, same);
  add_counts("probes", probes_, same);
  return text;
}

}  // namespace seedbed

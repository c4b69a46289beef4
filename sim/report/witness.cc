#include "sim/report/witness.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/report/fault_spans.h"
#include "sim/report/text.h"

namespace seedbed {
namespace {

constexpr size_t kMostFaults = 6;

const StoredEvent* find(std::span<const StoredEvent> events, EventIndex index) {
  const auto found =
      std::lower_bound(events.begin(), events.end(), index,
                       [](const StoredEvent& event, EventIndex i) { return event.index < i; });
  return found != events.end() && found->index == index ? &*found : nullptr;
}

// The arrival of the answer: the nearest cause of the return that is a message to the client.
const StoredEvent* arrival(std::span<const StoredEvent> events, const Entry& entry) {
  const StoredEvent* event = find(events, entry.returned);
  while (event != nullptr && event->index > entry.invoked) {
    if (event->kind == EventKind::kReceive && event->node == entry.client) return event;
    event = event->cause < event->index ? find(events, event->cause) : nullptr;
  }
  return nullptr;
}

std::string name_of(const std::vector<std::string>& names, NodeId node) {
  return number(node) < names.size() ? plain(names[number(node)])
                                     : fmt::format("node {}", number(node));
}

// The last word of the server before it answered.
const StoredEvent* last_caption(std::span<const StoredEvent> events, const StoredEvent& answer) {
  const StoredEvent* last = nullptr;
  for (const StoredEvent& event : events) {
    if (event.index > answer.index) break;
    const bool speaks = event.kind == EventKind::kProbe && event.node == answer.node;
    if (speaks && !event.caption.empty()) last = &event;
  }
  return last;
}

std::string role_text(std::span<const StoredEvent> events, const LeaderLog& leaders,
                      const std::vector<std::string>& names, const StoredEvent& answer) {
  std::string text;
  if (leaders.knows()) {
    const std::optional<Time> since = leaders.leading_since(answer.node, answer.index);
    text = since ? fmt::format("it led, since {}", seconds_text(*since)) : "it did not lead";
    for (const NodeId other : leaders.leaders_at(answer.index)) {
      if (other == answer.node) continue;
      text += fmt::format("; {} led, since {}", name_of(names, other),
                          seconds_text(*leaders.leading_since(other, answer.index)));
    }
  }
  if (const StoredEvent* last = last_caption(events, answer)) {
    if (!text.empty()) text += "; ";
    text +=
        fmt::format("what it had said last: {}, at {}", last->caption, seconds_text(last->time));
  }
  return text;
}

}  // namespace

void LeaderLog::on_event(const TraceEvent& event) {
  if (event.kind == EventKind::kCrash) {
    changes_.push_back({event.index, event.time, event.node, false});
    return;
  }
  if (!leads_ || event.payload == nullptr) return;
  const std::optional<bool> leads = leads_(event);
  if (leads) changes_.push_back({event.index, event.time, event.node, *leads});
}

std::optional<Time> LeaderLog::leading_since(NodeId node, EventIndex at) const {
  std::optional<Time> since;
  for (const Change& change : changes_) {
    if (change.index > at) break;
    if (change.node != node) continue;
    if (!change.leads) {
      since.reset();
    } else if (!since) {
      since = change.time;
    }
  }
  return since;
}

std::vector<NodeId> LeaderLog::leaders_at(EventIndex at) const {
  std::vector<NodeId> leaders;
  for (const Change& change : changes_) {
    if (change.index > at) break;
    std::erase(leaders, change.node);
    if (change.leads) leaders.push_back(change.node);
  }
  return leaders;
}

std::vector<std::string> witness(std::span<const StoredEvent> events, const LeaderLog& leaders,
                                 const std::vector<std::string>& names, const Entry& entry) {
  const StoredEvent* arrived = arrival(events, entry);
  if (arrived == nullptr) return {};
  const StoredEvent* sent = find(events, arrived->cause);
  if (sent == nullptr || sent->kind != EventKind::kSend) return {};
  std::vector<std::string> lines;
  const std::string role = role_text(events, leaders, names, *sent);
  lines.push_back(fmt::format("{} answered at {}{}{}", name_of(names, sent->node),
                              seconds_text(sent->time), role.empty() ? "" : "; ", role));
  std::vector<std::string> faults;
  for (const FaultSpan& span : fault_spans(events, sent->index)) {
    if (span.end != nullptr) continue;
    faults.push_back(fmt::format("{}, since {}", fault_text(span), seconds_text(span.begin->time)));
  }
  if (faults.empty()) lines.emplace_back("no fault was on at that time");
  for (size_t i = 0; i < std::min(faults.size(), kMostFaults); ++i) {
    lines.push_back("on at that time: " + faults[i]);
  }
  if (faults.size() > kMostFaults) {
    lines.push_back(fmt::format("and {} more faults", faults.size() - kMostFaults));
  }
  return lines;
}

}  // namespace seedbed

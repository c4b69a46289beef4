#include "sim/report/fault_spans.h"

#include <fmt/format.h>

#include <map>

namespace seedbed {

std::vector<FaultSpan> fault_spans(std::span<const StoredEvent> events, EventIndex until) {
  std::vector<FaultSpan> spans;
  std::map<uint64_t, const StoredEvent*> over;
  for (const StoredEvent& event : events) {
    if (event.index > until) break;
    if (event.kind == EventKind::kFaultBegin) spans.push_back({.begin = &event});
    if (event.kind == EventKind::kFaultEnd) over[event.id] = &event;
  }
  for (FaultSpan& span : spans) {
    const auto ended = over.find(span.begin->id);
    if (ended != over.end()) span.end = ended->second;
  }
  return spans;
}

std::string fault_text(const FaultSpan& span) {
  return fmt::format("{} {}", span.begin->name, span.begin->caption);
}

}  // namespace seedbed

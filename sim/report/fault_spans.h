// Which faults were on, and when.
#pragma once

#include <span>
#include <vector>

#include "sim/report/event_log.h"

namespace seedbed {

struct FaultSpan {
  const StoredEvent* begin = nullptr;
  const StoredEvent* end = nullptr;  // nullptr: it was on until `until`, or longer
};

// The faults that began no later than `until`, in the order of their beginnings. Valid as long as
// the events.
std::vector<FaultSpan> fault_spans(std::span<const StoredEvent> events, EventIndex until);

// "partition n1 | n2 n3": the fault, and what it hit.
std::string fault_text(const FaultSpan& span);

}  // namespace seedbed

// Highlights: what happened in a run, told in a few lines: captions of probes by their shape
// ("LEADER t1" and "LEADER t7" are one story), and what machines and links went through.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "sim/report/event_log.h"

namespace seedbed {

struct Highlight {
  std::string what;  // "LEADER t#", "crash": digits stand for themselves if there is only one
  uint64_t count = 0;
  const StoredEvent* first = nullptr;
  const StoredEvent* last = nullptr;
};

// "LEADER t17" and "LEADER t3" have one shape: "LEADER t#".
std::string shape_of(std::string_view caption);

// The rarest captions first, at most `most` of them; then faults, in the order of their catalogue.
std::vector<Highlight> highlights(std::span<const StoredEvent> events, size_t most);

}  // namespace seedbed

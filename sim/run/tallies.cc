#include "sim/run/tallies.h"

#include <algorithm>

namespace seedbed {

void Tallies::on_event(const TraceEvent& event) {
  if (event.kind == EventKind::kAssumption) {
    broken_.push_back({.assumption = static_cast<Assumption>(event.value),
                       .event = event.index,
                       .time = event.time});
  } else if (event.kind == EventKind::kReached) {
    reached(event.name);
  } else if (event.kind == EventKind::kInvoke) {
    ++invoked_;
  } else {
    switch (static_cast<Outcome>(event.value)) {
      case Outcome::kOk: ++returned_.ok; break;
      case Outcome::kFail: ++returned_.fail; break;
      case Outcome::kInfo: ++returned_.info; break;
    }
  }
}

uint64_t& Tallies::probe_counter(std::string_view probe) {
  const auto found = probes_.find(probe);
  return found != probes_.end() ? found->second : probes_[std::string(probe)];
}

OperationCounts Tallies::operations() const {
  OperationCounts counts = returned_;
  counts.info += invoked_ - returned_.total();
  return counts;
}

Tally Tallies::probes(const ProtocolSpec& protocol) const {
  Tally tally;
  for (const ProbeSpec& probe : protocol.probes) {
    const auto found = probes_.find(probe.name);
    tally.emplace_back(probe.name, found == probes_.end() ? 0 : found->second);
  }
  for (const auto& reached : probes_) {
    const bool listed =
        std::any_of(protocol.probes.begin(), protocol.probes.end(),
                    [&](const ProbeSpec& probe) { return probe.name == reached.first; });
    if (!listed) tally.emplace_back(reached.first, reached.second);
  }
  return tally;
}

}  // namespace seedbed

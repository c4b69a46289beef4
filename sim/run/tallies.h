// Tallies: counts what a run did, from its events alone: operations by outcome, probes by name.
#pragma once

#include <map>
#include <string>

#include "sim/core/event.h"
#include "sim/run/protocol.h"
#include "sim/run/verdict.h"

namespace seedbed {

class Tallies final : public EventSink {
 public:
  EventKinds interests() const override {
    return EventKinds(EventKind::kInvoke, EventKind::kReturn, EventKind::kReached,
                      EventKind::kAssumption);
  }
  void on_event(const TraceEvent& event) override;

  void reached(std::string_view probe) { ++probe_counter(probe); }

  const std::vector<BrokenAssumption>& broken_assumptions() const { return broken_; }
  // Operations without a return are info.
  OperationCounts operations() const;
  // In the order of the protocol's table; probes that are not in it come last, by name.
  Tally probes(const ProtocolSpec& protocol) const;

 private:
  uint64_t& probe_counter(std::string_view probe);

  uint64_t invoked_ = 0;
  OperationCounts returned_;
  std::vector<BrokenAssumption> broken_;
  std::map<std::string, uint64_t, std::less<>> probes_;
};

}  // namespace seedbed

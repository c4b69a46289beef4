// Faults of clocks.
#include "sim/fault/catalogue.h"

namespace seedbed {
namespace {

void begin_drift(Stage& stage) {
  for (const NodeId id : stage.fault.targets) {
    stage.world.node(id).add_drift(stage.fault.magnitude * 1000);
  }
}

void end_drift(Stage& stage) {
  for (const NodeId id : stage.fault.targets) {
    stage.world.node(id).add_drift(-stage.fault.magnitude * 1000);
  }
}

const FaultInfo kRows[] = {
    {
        .kind = FaultKind::kClockDrift,
        .name = "clock_drift",
        .group = FaultGroup::kClock,
        .meaning = "a machine's clock runs too fast or too slow",
        .models = "a cheap or hot oscillator, a virtual machine that is starved",
        .shown_by = "raft/skew",
        .aim = Aim::kServer,
        .line = "{targets}, {magnitude:+} ppm",
        .cost = Cost::kClockRate,
        .begin = begin_drift,
        .end = end_drift,
        .unit = "parts per million",
        .magnitude = {-50'000, 50'000},
        .slots = 3,
        .duration_ms = {1000, 8000},
    },
};

}  // namespace

std::span<const FaultInfo> clock_faults() { return kRows; }

}  // namespace seedbed

// Faults of clocks.
#include <algorithm>

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

void jump(Stage& stage) {
  for (const NodeId id : stage.fault.targets) {
    stage.world.node(id).jump_wall_clock(stage.microseconds());
  }
}

void jump_back(Stage& stage) {
  for (const NodeId id : stage.fault.targets) {
    stage.world.node(id).jump_wall_clock(-stage.microseconds());
  }
}

void freeze(Stage& stage) {
  for (const NodeId id : stage.fault.targets) stage.world.node(id).freeze_wall_clock();
}

void thaw(Stage& stage) {
  for (const NodeId id : stage.fault.targets) stage.world.node(id).thaw_wall_clock();
}

// The rate at which the magnitude is gained within the duration.
int64_t smear_ppb(const Stage& stage) {
  const auto gain = static_cast<__int128>(stage.microseconds().count()) * 1'000'000'000;
  return static_cast<int64_t>(gain / std::max<int64_t>(stage.fault.duration.count(), 1));
}

void smear(Stage& stage) {
  for (const NodeId id : stage.fault.targets) {
    stage.world.node(id).smear_wall_clock(smear_ppb(stage));
  }
}

void end_smear(Stage& stage) {
  for (const NodeId id : stage.fault.targets) {
    stage.world.node(id).smear_wall_clock(-smear_ppb(stage));
  }
}

void lie(Stage& stage) {
  for (const NodeId id : stage.fault.targets) {
    stage.world.node(id).lie_about_time(stage.microseconds());
  }
}

void end_lie(Stage& stage) {
  for (const NodeId id : stage.fault.targets) {
    stage.world.node(id).lie_about_time(-stage.microseconds());
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
    {
        .kind = FaultKind::kClockJump,
        .name = "clock_jump",
        .group = FaultGroup::kClock,
        .meaning = "a machine's wall clock jumps, forward or back, and later jumps back",
        .models = "a time server that is wrong, an operator who sets the date",
        .shown_by = "raft/clocks",
        .aim = Aim::kServer,
        .line = "{targets}, {magnitude:+} us",
        .cost = Cost::kClockError,
        .begin = jump,
        .end = jump_back,
        .unit = "microseconds",
        .magnitude = {-5'000'000, 5'000'000},
        .slots = 3,
        .duration_ms = {500, 8000},
    },
    {
        .kind = FaultKind::kClockFreeze,
        .name = "clock_freeze",
        .group = FaultGroup::kClock,
        .meaning = "a machine's wall clock shows the same for a while, then the right time again",
        .models = "a hypervisor that stops updating the clock of its guests",
        .shown_by = "raft/clocks",
        .aim = Aim::kServer,
        .line = "{targets}",
        .cost = Cost::kClockStands,
        .begin = freeze,
        .end = thaw,
        .slots = 2,
        .duration_ms = {100, 4000},
    },
    {
        .kind = FaultKind::kLeapSmear,
        .name = "leap_smear",
        .group = FaultGroup::kClock,
        .meaning = "a machine's wall clock slowly gains the magnitude in all, and keeps it",
        .models = "a leap second that one time server smears and the others do not",
        .shown_by = "raft/clocks",
        .aim = Aim::kServer,
        .line = "{targets}, {magnitude:+} us in all",
        .cost = Cost::kClockError,
        .begin = smear,
        .end = end_smear,
        .unit = "microseconds in all",
        .magnitude = {-1'000'000, 1'000'000},
        .slots = 1,
        .duration_ms = {2000, 10'000},
    },
    {
        .kind = FaultKind::kLyingClock,
        .name = "lying_clock",
        .group = FaultGroup::kClock,
        .meaning = "a machine's interval clock is off by more than it says",
        .models = "a time server that is wrong, a clock that drifts more than its data sheet says",
        .shown_by = "raft/clocks",
        .aim = Aim::kServer,
        .line = "{targets}, {magnitude:+} us",
        .cost = Cost::kClockError,
        .begin = lie,
        .end = end_lie,
        .unit = "microseconds",
        .magnitude = {-1'000'000, 1'000'000},
        .slots = 2,
        .duration_ms = {500, 8000},
    },
};

}  // namespace

std::span<const FaultInfo> clock_faults() { return kRows; }

}  // namespace seedbed

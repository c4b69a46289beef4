// Tolerance: what a protocol promises to survive. The nemesis stays within it; a scenario that goes
// beyond breaks the assumption that the fault's row names.
#pragma once

#include <cstdint>
#include <optional>

#include "sim/core/time.h"

namespace seedbed {

struct Tolerance {
  uint32_t servers_down = 0;  // at the same time: crashed, paused, or otherwise not serving
  // Of these, how many may never come back [all of them].
  std::optional<uint32_t> servers_lost = {};
  bool survives_power_loss = false;  // all servers down at the same instant, and up again
  uint32_t disks_lost = 0;      // in the whole run: emptied, set back, or not keeping their word
  int64_t clock_drift_ppm = 0;  // a clock's greatest rate error
  Duration clock_error{};       // how far a clock may be set wrong while the run goes on
  bool goes_back = true;        // servers may be set back to an earlier version at any time
};

}  // namespace seedbed

// What faults of several groups do to machines.
#pragma once

#include "sim/fault/catalogue.h"

namespace seedbed::effects {

// Cut the power of the targets, and give it back.
void crash(Stage& stage);
void restart(Stage& stage);

// Every message takes the targets so much longer, the magnitude in microseconds; and no more.
void slow(Stage& stage);
void end_slow(Stage& stage);

}  // namespace seedbed::effects

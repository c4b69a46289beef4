// Counters on one server, in memory: the smallest protocol that is of any use as an example.
#pragma once

#include "sim/run/protocol.h"

namespace tally {

seedbed::ProtocolSpec spec();

}  // namespace tally

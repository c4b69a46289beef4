// The stateless service as the testbed knows it.
#pragma once

#include "sim/run/protocol.h"

namespace seedbed::outbox {

ProtocolSpec spec();

}  // namespace seedbed::outbox

// Raft as the testbed sees it: how to make its servers and clients, what it promises and survives.
#pragma once

#include "sim/run/protocol.h"

namespace seedbed::raft {

ProtocolSpec spec();

}  // namespace seedbed::raft

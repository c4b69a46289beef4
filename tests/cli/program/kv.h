// A key-value server in memory, as a protocol: small enough to read at a glance, and with one
// mutant for everything that can go wrong with code under test, from a wrong answer to an endless
// loop.
#pragma once

#include "sim/run/protocol.h"

namespace seedbed::kv {

ProtocolSpec spec();

}  // namespace seedbed::kv

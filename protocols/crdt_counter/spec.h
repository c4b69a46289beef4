// The replicated counter as the testbed knows it.
#pragma once

#include <string_view>

#include "protocols/crdt_counter/rules.h"
#include "sim/run/protocol.h"

namespace seedbed::crdt_counter {

ProtocolSpec spec();

// By the name in the spec; kNone for the empty name. CHECK-fails on any other.
Mutant mutant_from(std::string_view name);

}  // namespace seedbed::crdt_counter

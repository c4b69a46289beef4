// A protocol with a mutant for each way in which the machine could leak into a run. All of them do
// the same with what leaked: a request takes that many nanoseconds longer.
#pragma once

#include "sim/run/protocol.h"

namespace seedbed {

// One server, correct if nothing leaks. Mutants: "leak.wall-clock", "leak.random-device",
// "leak.thread", "leak.environment", "leak.file" (doors that the guard closes),
// "leak.address-order", "leak.unordered-iteration", "leak.uninitialised-heap",
// "leak.uninitialised-stack", "leak.static-state", "leak.evaluation-order" (what only comparing
// runs finds); and "leak.left-first" and "leak.right-first", the two ways to compile the last.
ProtocolSpec leaky();

}  // namespace seedbed

// A protocol for tests of the testbed itself: one server that keeps registers in memory.
#pragma once

#include "sim/run/protocol.h"

namespace seedbed {

// Correct while nothing crashes. Mutants: "store.forgets" (answers a put without doing it, now and
// then), "store.hangs" (stops answering), "store.spins" (never lets time pass), "store.leaks" (eats
// memory), "store.asserts" (breaks an INVARIANT).
ProtocolSpec memory_store();

}  // namespace seedbed

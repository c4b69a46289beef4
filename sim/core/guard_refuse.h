// What the guarded functions share. Private to guard*.cc.
#pragma once

#include <cstdint>

#include "sim/core/time.h"

namespace seedbed {

// Whether this program has the functions of guard_symbols.cc; naming it links them.
bool guard_symbols_linked();

// Ends the run because `function` was called; `instead` says what to use, `from` where the call
// returns to. Only while the guard is up.
void refuse(const char* function, const char* instead, const void* from);

// What a refused clock shows, and refused randomness yields: nothing that the machine has a part
// in.
Time refused_time();
uint64_t refused_number();

}  // namespace seedbed

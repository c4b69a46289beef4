// Histories of which only intervals of time are known: when each operation was asked, and when it
// was answered.
//
//   std::vector<Entry> entries = ...;      // with invoked_at, and returned_at of what returned
//   order_by_time(&entries);
//   History history(std::move(entries));
#pragma once

#include <vector>

#include "sim/history/history.h"

namespace seedbed {

// Numbers the events by their times, from 1, and sorts the entries by their invocations. An
// operation returned if `returned` is not kNoEvent, whatever number it is. Operations that share a
// moment, be it the end of one and the beginning of the other, are concurrent: clocks are too
// coarse to say more. So is one that returned before it was asked with everything in between.
void order_by_time(std::vector<Entry>* entries);

}  // namespace seedbed

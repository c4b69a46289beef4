// Where a replica keeps its own entries: one small file, replaced as a whole, so that a crash
// leaves either what was there or what was to come.
#pragma once

#include <map>
#include <string_view>

#include "protocols/crdt_counter/counters.h"
#include "sim/core/result.h"
#include "sim/world/disk.h"

namespace seedbed::crdt_counter {

// What a replica must never forget.
struct OwnState {
  Counters counters;                           // what it has counted itself
  std::map<NodeId, uint64_t> last_operations;  // of each client, counted in them
  Counters learned;                            // from others; to forget it would cost only time
};

// The name of the file.
inline constexpr std::string_view kOwnFile = "own";

// Blocks. Durable when it returns ok: written beside, synced, renamed, and the new name synced.
// After an error the old state still stands, or the new one: save again before anybody hears of it.
Status save_own(Disk& disk, const OwnState& own);

// Blocks. What was saved last; nothing if nothing ever was. kCorrupt if the file is not as it was
// written, which a crash alone never brings about.
Result<OwnState> load_own(Disk& disk);
// From the content of the file.
Result<OwnState> own_state_from(std::string_view bytes);

}  // namespace seedbed::crdt_counter

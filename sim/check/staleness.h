// Staleness of registers: how far behind were reads that a linearizable register would not have
// answered so? Two measures, for each key:
//
//   by versions  the least k such that every read found one of the last k values, in some order
//                that respects real time (k-atomicity; Aiyer, Alvisi and Bazzi, DISC 2005)
//   by time      the least d such that all would be right if each read had begun d earlier
//                (delta-atomicity; Golab, Li and Shah, PODC 2011)
//
//   const KeyStaleness x = staleness_of(history, register_model())[0];
//   x.versions;      // 2: some read missed one write, none missed two (proven if x.at_least is 2)
//   x.time;          // 30ms
//   x.at;            // where it was noticed that 29.999999ms would not do
//
// A linearizable key has versions 1 and time 0.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/check/model.h"
#include "sim/core/time.h"
#include "sim/history/history.h"

namespace seedbed {

struct StalenessOptions {
  uint64_t max_versions = 8;
  uint64_t max_steps = 1'000'000;  // of the search for each number of versions
};

struct KeyStaleness {
  std::string key;
  uint64_t operations = 0;  // that happened, and were judged
  // A read found what nothing had written by then: no number of versions, and no time, would do.
  bool unbounded = false;
  // So many are enough; it is the least number if it equals at_least. nullopt: more than were
  // tried, or not found out.
  std::optional<uint64_t> versions;
  uint64_t at_least = 1;  // fewer are proven to be too few
  // nullopt: no time would do, or it cannot be told.
  std::optional<Duration> time;
  std::string why_no_time;     // a sentence, if there is none
  std::string why_unmeasured;  // a sentence, if neither can be told
  // The return by which the history was no longer right with less time; kNoEvent if time is 0. If
  // unbounded, the return of such a read.
  EventIndex at = kNoEvent;
};

// For the models of registers and keys with values. In the order of the keys' first invocations.
std::vector<KeyStaleness> staleness_of(const History& history, const Model& model,
                                       const StalenessOptions& options = {});

}  // namespace seedbed

// Shrinker: a smaller run that breaks the same promise.
//
//   Shrunk shrunk = shrink(runner, reproducer, {.progress = print, .better = save});
//
// Delta debugging (Zeller, Hildebrandt 2002) over what a reproducer spells out, the large pieces
// first: faults; clients, servers and operations; the length of the run; then how long faults last,
// and the jitter of latencies. What an accepted run really did is the next baseline, so that pieces
// that no longer happen go at once. A run counts if the same check breaks (or, without a check, the
// verdict is the same).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "sim/explore/reproducer.h"

namespace seedbed {

// What is left to a reader of a reproducer.
struct Size {
  size_t faults = 0;      // lines of the script
  size_t operations = 0;  // of all clients
  size_t clients = 0;
  size_t servers = 0;
};
Size size_of(const Reproducer& reproducer);

struct ShrinkProgress {
  std::string_view stage;
  uint64_t runs = 0;
  Size size;
};

struct ShrinkOptions {
  std::chrono::milliseconds budget = std::chrono::minutes(1);
  std::string revision;
  // May be empty. `better` is told of each smaller reproducer, which should be kept at once.
  std::function<void(const ShrinkProgress& progress)> progress;
  std::function<void(const Reproducer& best)> better;
  std::function<bool()> interrupted;
};

struct Shrunk {
  Reproducer best;
  uint64_t runs = 0;
  bool complete = false;  // nothing more can be left out; otherwise time was up, or interrupted
  std::string failure;    // why it could not even begin; as a rule empty
};

Shrunk shrink(Runner& runner, const Reproducer& reproducer, const ShrinkOptions& options);

}  // namespace seedbed

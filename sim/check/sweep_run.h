// SweepRun: a sweep (sim/check/linear_sweep.h) over the operations on one key, all of which are
// known.
//
//   SweepRun run(key, key.roles_at(kLastEvent), {.order = true});
//   run.widest();                      // at most so many operations at the same time
//   run.advance(1'000'000);            // steps
#pragma once

#include <cstdint>
#include <vector>

#include "sim/check/linear_key.h"
#include "sim/check/linear_sweep.h"

namespace seedbed {

class SweepRun {
 public:
  // `key` must outlive this.
  SweepRun(const LinearKey& key, const std::vector<Role>& roles, const SweepOptions& options);

  // The most operations that were in their places at the same time: those that run, and all of
  // unknown outcome that had begun.
  size_t widest() const;

  enum class Status : uint8_t {
    kUnfinished,  // advance() may be called again
    kLinearizable,
    kIllegal,
    kTooWide,  // there are too many configurations
  };
  Status advance(uint64_t steps);

  uint64_t steps() const { return sweep_.steps(); }
  size_t bytes() const { return sweep_.bytes() + events_.size() * sizeof(Event); }
  // After kLinearizable: the positions of entries in an order that explains them.
  std::vector<uint32_t> order() const { return sweep_.order(); }
  // After kIllegal: up to the end before this one, everything was fine.
  EventIndex illegal_from() const { return illegal_from_; }

 private:
  struct Event {
    EventIndex at;
    uint32_t entry;
    bool ends;
  };

  const LinearKey& key_;
  std::vector<bool> required_;  // entries
  std::vector<Event> events_;
  size_t done_ = 0;                    // events
  std::vector<SweptOperation> swept_;  // of entries
  EventIndex illegal_from_{};
  LinearSweep sweep_;
};

}  // namespace seedbed

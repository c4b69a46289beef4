#include "sim/check/sweep_run.h"

#include <algorithm>
#include <tuple>

namespace seedbed {

SweepRun::SweepRun(const LinearKey& key, const std::vector<Role>& roles,
                   const SweepOptions& options)
    : key_(key),
      required_(roles.size()),
      swept_(roles.size()),
      sweep_(key.model(), key.initial(), options) {
  for (uint32_t i = 0; i < roles.size(); ++i) {
    if (roles[i] == Role::kAbsent) continue;
    required_[i] = roles[i] == Role::kRequired;
    events_.push_back({key.entries()[i]->invoked, i, false});
    if (required_[i]) events_.push_back({key.entries()[i]->returned, i, true});
  }
  // What touches is concurrent: a call comes before an end at the same position.
  std::sort(events_.begin(), events_.end(), [](const Event& a, const Event& b) {
    return std::tie(a.at, a.ends, a.entry) < std::tie(b.at, b.ends, b.entry);
  });
}

size_t SweepRun::widest() const {
  size_t now = 0, most = 0;
  for (const Event& event : events_) {
    now = event.ends ? now - 1 : now + 1;
    most = std::max(most, now);
  }
  return most;
}

SweepRun::Status SweepRun::advance(uint64_t steps) {
  const uint64_t stop = sweep_.steps() + steps;
  for (; done_ < events_.size(); ++done_) {
    if (sweep_.steps() >= stop) return Status::kUnfinished;
    const Event& event = events_[done_];
    if (!event.ends) {
      const bool required = required_[event.entry];
      swept_[event.entry] =
          sweep_.call(required ? key_.exchange(event.entry) : key_.question(event.entry), required,
                      event.entry);
      continue;
    }
    sweep_.end(swept_[event.entry]);
    if (sweep_.status() == SearchStatus::kUnfinished) return Status::kTooWide;
    if (sweep_.status() == SearchStatus::kIllegal) {
      illegal_from_ = event.at;
      return Status::kIllegal;
    }
  }
  return Status::kLinearizable;
}

}  // namespace seedbed

#include "protocols/raft/kv_twins.h"

#include "sim/core/hash.h"

namespace seedbed::raft {
namespace {

// How wrong the clock of the twin is: by more than any session lasts.
constexpr Duration kElsewhere = 100h;

}  // namespace

KvTwins::KvTwins(KvRules rules, KvLimits limits, Options options)
    : machine_(rules, limits, options.salt, options.versions) {
  if (options.twin) twin_.emplace(rules, limits, scramble(options.salt + 1), options.versions);
}

Applied KvTwins::apply(const Entry& entry, NodeTime local) {
  if (twin_) twin_applied_ = twin_->apply(entry, local + kElsewhere);
  return machine_.apply(entry, local);
}

bool KvTwins::restore(std::string_view snapshot) {
  if (!machine_.restore(snapshot)) return false;
  return !twin_ || twin_->restore(snapshot);
}

}  // namespace seedbed::raft

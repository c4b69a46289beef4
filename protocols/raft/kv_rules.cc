#include "protocols/raft/kv_rules.h"

namespace seedbed::raft {

bool KvRules::answers_from_session(bool executed_before) const {
  // A retry is executed as if it were new: "append x" appends twice.
  if (mutant_ == Mutant::kNoSessionCheck) return false;
  return executed_before;
}

}  // namespace seedbed::raft

// The rules of the state machine, each a small function with a name, as those of the core are in
// rules.h. Each mutant is written beside the rule that it breaks, in kv_rules.cc.
#pragma once

#include "protocols/raft/log_clock.h"
#include "protocols/raft/mutants.h"

namespace seedbed::raft {

class KvRules {
 public:
  explicit KvRules(Mutant mutant = Mutant::kNone) : mutant_(mutant) {}

  // §6.3: a command that was executed before is answered from the session, not executed again.
  bool answers_from_session(bool executed_before) const;

  bool operator==(const KvRules&) const = default;

 private:
  Mutant mutant_;
};

}  // namespace seedbed::raft

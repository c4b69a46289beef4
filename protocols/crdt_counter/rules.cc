#include "protocols/crdt_counter/rules.h"

#include <algorithm>

namespace seedbed::crdt_counter {

uint64_t Rules::merged(uint64_t mine, uint64_t theirs) const {
  // CRDT-B01: a sum is commutative and associative, but not idempotent. Every message that arrives
  // twice, and every second round of gossip, counts everything again.
  if (mutant_ == Mutant::kB01) return mine + theirs;
  // An entry only ever grows, and only at its own replica: the greater version is the later one.
  return std::max(mine, theirs);
}

bool Rules::durable_before_visible() const {
  // CRDT-B07: after a crash the replica counts from zero again, with entries that others take for
  // old ones. Its next increments vanish in their max().
  return mutant_ != Mutant::kB07;
}

bool Rules::counts(uint64_t last_operation, uint64_t operation) const {
  // CRDT-B14: the merge forgives messages that arrive twice, an increment does not.
  if (mutant_ == Mutant::kB14) return true;
  return operation > last_operation;
}

bool Rules::restart_forgets() const {
  // CRDT-B16: what it had learned was in its memory. Nobody tells it again, unless it changes.
  return mutant_ != Mutant::kB16;
}

}  // namespace seedbed::crdt_counter

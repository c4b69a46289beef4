// The rules on which the counter's safety rests, each beside the mistake that breaks it (rules.cc).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace seedbed::crdt_counter {

// Mistakes that were made elsewhere; see README.md. A mutant exists to be caught.
enum class Mutant {
  kNone,
  kB01,  // merge by sum
  kB07,  // the replica's own entries are only in memory
  kB14,  // a request that arrives twice counts twice
  kB16,  // what a replica confirmed before it restarted is taken for known
};

class Rules {
 public:
  explicit Rules(Mutant mutant = Mutant::kNone) : mutant_(mutant) {}

  // What a replica knows of an entry after it has heard of another version of it.
  uint64_t merged(uint64_t mine, uint64_t theirs) const;

  // Whether a change of the replica's own entries must be on its disk before anybody hears of it:
  // clients as much as other replicas.
  bool durable_before_visible() const;

  // Whether a client's request is to be counted, given the last of its operations that was. One
  // with a smaller number has been counted before, or comes so late that its client has given it
  // up.
  bool counts(uint64_t last_operation, uint64_t operation) const;

  // Whether a replica that has restarted must be told again what it had confirmed before.
  bool restart_forgets() const;

 private:
  Mutant mutant_;
};

}  // namespace seedbed::crdt_counter

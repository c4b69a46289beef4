// The bug zoo of two-phase commit: mistakes that rules.h can be told to make. A mutant exists to be
// caught, by the check that it names.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace seedbed::two_phase_commit {

enum class Mutant {
  kNone,
  kB01,        // YES before the record of it is durable
  kB02,        // COMMIT before the decision is durable
  kB03,        // abort is presumed of transactions that are being voted on
  kB04,        // a late PREPARE revives what was aborted
  kB05,        // locks are given back with the vote
  kB06,        // abort, in doubt, when time is up
  kB07,        // a request that comes again is executed again
  kB08,        // the numbers of an earlier life are given out again
  kB09,        // the coordinator forgets after the first acknowledgement
  kB10,        // success is told whatever the votes were
  kB11,        // a transaction of unknown outcome is run again
  kB12,        // a restarted participant serves before it has its locks
  kCh05,       // the decision is nowhere but in memory, and told once
  kNeverAsks,  // nobody in doubt asks for the decision
  kStale,      // who waited for a lock goes on without looking whether it is still there
};

struct MutantInfo {
  Mutant mutant = Mutant::kNone;
  std::string_view name;       // as on the command line
  std::string_view what;       // what it does wrong, one sentence
  std::string_view caught_by;  // the check that names it
  std::string_view reference;  // where it happened
};

// Every mutant except kNone.
std::span<const MutantInfo> mutants();

// The mutant of that name; nothing if there is none.
std::optional<Mutant> find_mutant(std::string_view name);

}  // namespace seedbed::two_phase_commit

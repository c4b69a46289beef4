// The bug zoo of primary-backup replication: mistakes that rules.h can be told to make. A mutant
// exists to be caught, by the check that it names.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace seedbed::primary_backup {

enum class Mutant {
  kNone,
  kB06,            // the applied index is saved apart from the data
  kB08,            // backups accept what an old primary sends
  kMemo,           // a write to a key that has a value is ignored
  kNoSync,         // nobody waits for the disk
  kNoReplicas,     // whether the backups have it is ignored
  kReadDeposed,    // whoever believes to be the primary answers reads
  kPromoteBehind,  // a replica is promoted with the log it has
  kResume,         // a primary that restarts goes on in its epoch
  kNoTable,        // a repeated operation is executed again
  kNoToken,        // a replica answers without regard to what the client has seen
  kFreshOnArrival  // a backup counts the age of its state from the arrival of a message
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

}  // namespace seedbed::primary_backup

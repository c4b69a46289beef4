// Raft's bug zoo: historical mistakes that rules.h can be told to make.
//
//   Rules rules(Mutant::kB01);        // a server that commits old entries by counting replicas
//
// A mutant exists to be caught, by the check that it names.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace seedbed::raft {

enum class Mutant {
  kNone,
  kB01,
  kB02,
  kB03,
  kB04,
  kB05,
  kB06,
  kB07,
  kB08,
  kB09,
  kB10,
  kB11,
  kB12,
  kB13PreVote,
  kB13CheckQuorum,
  kB14,
  kB15,
  kB16,
  kB17,
  kB18,
  kB19,
  kB20,
  kB21,
  kB22,
  kB23,
  kNoSessionCheck,
  // Of the state machine (kv_rules.h)
  kRsmB01,
  kRsmB02,
  kRsmB03,
  kRsmB04,
  kRsmB05,
  kRsmB06,
  kRsmB07,
  kRsmB08,
  kRsmB09,
  kRsmB10,
  kRsmB11,
  kActivateAlone,
  kCh04,
};

struct MutantInfo {
  Mutant mutant = Mutant::kNone;
  std::string_view name;       // as on the command line
  std::string_view id;         // in the bug zoo
  std::string_view what;       // what it does wrong, one sentence
  std::string_view caught_by;  // the check that fires first
  std::string_view also;       // others that may, comma separated
  std::string_view reference;  // where it happened
};

// Every mutant except kNone.
std::span<const MutantInfo> mutants();

// What is known of a mutant; null for kNone.
const MutantInfo* describe(Mutant mutant);

// The mutant of that name; nothing if there is none.
std::optional<Mutant> find_mutant(std::string_view name);

}  // namespace seedbed::raft

#include "protocols/two_phase_commit/mutants.h"

#include <array>

namespace seedbed::two_phase_commit {
namespace {

constexpr std::array kMutants = {
    MutantInfo{Mutant::kB01, "two_phase_commit.b01-prepared-in-memory",
               "A participant votes YES before the record of it is on its disk.", "PrepDurable",
               "Bernstein, Hadzilacos, Goodman 1987, section 7.4, rule 2"},
    MutantInfo{Mutant::kB02, "two_phase_commit.b02-commit-before-record",
               "The coordinator sends COMMIT before its decision is on its disk.", "DecDurable",
               "Bernstein, Hadzilacos, Goodman 1987, section 7.4, rule 1"},
    MutantInfo{Mutant::kB03, "two_phase_commit.b03-presumes-too-early",
               "An inquiry is answered with abort while votes are still coming in.", "AC1",
               "Mohan, Lindsay, Obermarck, TODS 11(4), 1986"},
    MutantInfo{Mutant::kB04, "two_phase_commit.b04-late-prepare",
               "A PREPARE that comes late revives a transaction that was aborted here.", "AC2",
               "Mohan, Lindsay, Obermarck, TODS 11(4), 1986"},
    MutantInfo{Mutant::kB05, "two_phase_commit.b05-unlocks-at-vote",
               "A participant gives back its locks when it votes, not when it knows the decision.",
               "LockHold", "Bernstein, Hadzilacos, Goodman 1987, section 3.1"},
    MutantInfo{Mutant::kB06, "two_phase_commit.b06-gives-up-in-doubt",
               "A participant that has voted YES aborts when it has waited for long enough.", "AC1",
               "Bernstein, Hadzilacos, Goodman 1987, section 7.3, AC3"},
    MutantInfo{Mutant::kB07, "two_phase_commit.b07-executes-copies",
               "A participant executes the copy of a request as well.", "Conservation",
               "https://jepsen.io/analyses/mongodb-4.2.6"},
    MutantInfo{Mutant::kB08, "two_phase_commit.b08-names-again",
               "A coordinator that restarts begins to count transactions anew.", "NamesOnce",
               "Mohan, Lindsay, Obermarck, TODS 11(4), 1986"},
    MutantInfo{Mutant::kB09, "two_phase_commit.b09-forgets-early",
               "The coordinator forgets a committed transaction after one acknowledgement.", "GC",
               "Mohan, Lindsay, Obermarck, TODS 11(4), 1986"},
    MutantInfo{Mutant::kB10, "two_phase_commit.b10-success-told",
               "The client is told of success although the transaction was rolled back.",
               "AckedCommit", "https://github.com/pingcap/tidb/issues/33641"},
    MutantInfo{Mutant::kB11, "two_phase_commit.b11-runs-again",
               "A transaction whose outcome is unknown is run once more, as a new one.",
               "ExactlyOnce", "https://jepsen.io/analyses/tidb-2.1.7"},
    MutantInfo{Mutant::kB12, "two_phase_commit.b12-serves-unlocked",
               "A participant serves again before it has locked what is in doubt.", "LockHold",
               "Mohan et al.: ARIES, TODS 17(1), 1992"},
    MutantInfo{Mutant::kCh05, "two_phase_commit.ch05-no-log",
               "The coordinator has no log and no recovery: it tells everybody once.", "AC1",
               "a coordinator in forty lines"},
    MutantInfo{Mutant::kNeverAsks, "two_phase_commit.never-asks",
               "A participant in doubt waits to be told, and asks nobody.", "AC5",
               "Bernstein, Hadzilacos, Goodman 1987, section 7.4"},
    MutantInfo{
        Mutant::kStale, "two_phase_commit.stale-after-wait",
        "A transaction that waited for a lock goes on, though it was aborted meanwhile.",
        "LockHold",
        "Adya et al.: Cooperative Task Management without Manual Stack Management, USENIX 2002"},
};

}  // namespace

std::span<const MutantInfo> mutants() { return kMutants; }

std::optional<Mutant> find_mutant(std::string_view name) {
  for (const MutantInfo& info : kMutants) {
    if (info.name == name) return info.mutant;
  }
  return std::nullopt;
}

}  // namespace seedbed::two_phase_commit

// What a command tells its caller, beside what it prints. Where several apply, the first of
// internal, nondeterminism, finding, inconclusive wins; an interrupt always shows.
#pragma once

namespace seedbed {

enum ExitCode : int {
  kExitExpected = 0,        // the verdict that the scenario expects, and its probes were reached
  kExitFinding = 1,         // another definite verdict; for diff: the traces differ
  kExitInconclusive = 2,    // nothing can be said
  kExitInternal = 3,        // Seedbed failed, or could not write what it found
  kExitUsage = 4,           // wrong arguments or bad input
  kExitNothing = 5,         // nothing matched
  kExitNondeterminism = 6,  // the same run, twice, was not the same
  kExitInterrupted = 130,   // by Ctrl-C; what was found until then has been printed
};

struct Judgement;  // sim/explore/expectation.h

// For one run.
ExitCode exit_code(const Judgement& judgement);

}  // namespace seedbed

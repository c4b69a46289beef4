// Defects of the checker itself, for the tests that prove that they would be noticed. Each is a
// mistake that a checker of histories could make; at most one is switched on, and only by a test.
#pragma once

#include <cstdint>

namespace seedbed {

enum class LinearDefect : uint8_t {
  kNone,
  // What is asked of an operation (linear_key.cc).
  kDropsUnknown,       // an unknown operation never happened
  kTrustsUnknown,      // an unknown operation happened
  kTrustsFailed,       // a failed operation may have happened
  kReadsNilAsNothing,  // also if nil means that nothing is known
  kForgetsMismatch,    // a failed cas tells nothing, whatever the convention says
  kForgetsInitial,     // objects are empty at first, whatever the convention says
  kMixesKeys,          // all keys are one object
  // The search (linear_search.cc).
  kForgetsState,      // two states of one set of placed operations are the same
  kHurries,           // an operation that leaves the present state as it is, is placed at once
  kForgetsRealTime,   // whatever ended earlier need not come earlier
  kTouchingIsBefore,  // what ended at the moment of a call precedes it
  kTwinsReversed,     // of two that are the same, the later is placed first
  kForgetsBreaks,     // only growing operations come before the next look
  kNothingAfterIdle,  // nothing but growing operations comes after an optional one
  // The sweep (linear_sweep.cc).
  kOnlyWhatEnded,  // nothing else that runs is placed before it
  kPrefersMore,    // of two configurations, the one that has placed fewer is dropped
  kLeavesBits,     // who takes the place of an operation that ended is taken for it
  // Zones of registers (linear_register.cc).
  kForgetsBackwardZones,
  kForgetsInitialReads,
  kAcceptsThinAir,
  kForgetsDuplicates,
  kForgetsChains,  // whatever a cas expects
  // Known orders, queues and counters.
  kForgetsLevels,     // of lists and sets: real time
  kForgetsPrefixes,   // a list that was read is as long as it should be, and that is enough
  kForgetsInversion,  // values leave a queue in another order than they came
  kForgetsStuck,      // a value that never leaves, in front of one that does
  kForgetsEmpty,      // a dequeue that found nothing
  kForgetsTwice,      // a value that leaves twice
  kDropsTakes,        // a take of unknown outcome took nothing
  kForgetsBottom,     // a value may lie below others that were put before it
  kForgetsSmaller,    // a value leaves a priority queue in front of a smaller one
  kForgetsRunning,    // additions that run while the counter is read
  kTakesTheLatest,    // of those that want a mutex, who has most time gets it first
};

}  // namespace seedbed

// Counterexamples: the smallest part of a history that still cannot be explained, and what it says.
//
//   const CheckOutcome outcome = check_linearizable(history, model);
//   const Counterexample example = counterexample(history, model, outcome);
//   example.message;      // "1" was the only value from 0.002s to 0.009s, yet c3 read "2" at ...
//   example.legal;        // {"returned \"1\""}
//   example.kept;         // three operations of 846
//
// First a prefix that fails is taken; then small parts are tried in which contradictions mostly
// are, and delta debugging takes away what is not needed (Zeller and Hildebrandt, IEEE TSE 2002).
// Only what may be left out is left out (sim/check/leave_out.h, sim/check/fold.h), so that the part
// proves the whole wrong. The result is minimal, not the least: no single operation of it can go.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sim/check/certificate.h"
#include "sim/check/fold.h"
#include "sim/check/linearizability.h"

namespace seedbed {

// How far the search for a small part has come.
struct CounterexampleProgress {
  size_t kept = 0;     // operations of the smallest part that is known
  uint64_t of = 0;     // operations of the prefix
  uint64_t steps = 0;  // of CounterexampleOptions::max_steps
};

struct CounterexampleOptions {
  // Of the searches for all trials together, about 10 million a second.
  uint64_t max_steps = 20'000'000;
  // How many other answers are tried, and how many are handed out.
  size_t tried_answers = 48;
  size_t shown_answers = 5;
  // Called from time to time; what it does changes no result.
  std::function<void(const CounterexampleProgress&)> on_progress;
};

struct Counterexample {
  std::string key;
  EventIndex last{};                // the return that ends the failing prefix
  std::vector<KeptOperation> kept;  // in the order of their invocations
  uint64_t suspect = 0;             // the id of the one whose return completes the contradiction
  uint64_t of = 0;                  // operations on the key in the prefix
  bool minimal = false;             // false: the budget ended before that was sure
  std::optional<Fold> fold;         // what lies before, if the part does not begin with the history
  std::optional<Counted> counted;   // of a counter: what the last read can have found
  // Of sets and lists, if reads of all elements are kept: the elements that count in them.
  std::optional<std::set<std::string>> about;
  std::string message;      // one or two sentences
  std::vector<Fact> facts;  // in order of time
  // What the suspect could have been told instead, in words: "returned \"5\"". All prove legal
  // together with everything else before `last`; there may be others.
  std::vector<std::string> legal;
  bool more_legal = false;  // some more were found, or were not tried
};

// `outcome` is the violation that check_linearizable found in this history. Equal arguments give
// equal results.
Counterexample counterexample(const History& history, const Model& model,
                              const CheckOutcome& outcome,
                              const CounterexampleOptions& options = {});

// The proof of an outcome that is no longer in doubt; `example` belongs to a violation, and is
// nullptr if it passed. Nothing is said of the file: its name and format are left empty.
Certificate certificate_of(const History& history, const Model& model, const CheckOutcome& outcome,
                           const Counterexample* example);

// The entry with this id; CHECK-fails if there is none.
const Entry& entry_of(const History& history, uint64_t id);

}  // namespace seedbed

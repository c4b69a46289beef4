// What a counterexample says, in words. Parts of sim/check/counterexample.h.
#pragma once

#include <string>
#include <vector>

#include "sim/check/counterexample.h"

namespace seedbed {

// When an operation began, or returned: "0.121s"; "line 17" if the file knows no times.
std::string began_at(const History& history, const Entry& entry);
std::string returned_at(const History& history, const Entry& entry);

// Fills in the message and the facts: by the shape of the contradiction where it has a simple one,
// otherwise as check_linearizable has it.
void describe_contradiction(const History& history, const Model& model, const CheckOutcome& outcome,
                            Counterexample* example);

// Fills in what the suspect could have been told. `entries` are those of the key up to the end of
// the failing prefix.
void find_legal_answers(const History& history, const Model& model,
                        const std::vector<const Entry*>& entries,
                        const CounterexampleOptions& options, Counterexample* example);

}  // namespace seedbed

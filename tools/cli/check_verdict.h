// What is said of a history: the verdict, and all that makes it believable.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/check/certificate.h"
#include "sim/check/counterexample.h"
#include "sim/history/object.h"
#include "sim/report/text.h"
#include "sim/report/timeline.h"
#include "tools/cli/exit_code.h"
#include "tools/cli/json.h"

namespace seedbed {

struct Opinion {
  std::string_view verdict = "inconclusive";  // "pass", "violation", "inconclusive"
  const Model* model = nullptr;               // nullptr: none was chosen
  std::string message;
  uint64_t evaluated = 0;  // operations
  uint64_t left_out = 0;   // reads that tell nothing
  CheckOutcome outcome;
  std::optional<Counterexample> example;   // of a violation
  std::optional<Certificate> certificate;  // of a pass or a violation
  std::vector<std::string> witness;        // sentences, if the run was recorded by us
  ExitCode code = kExitInconclusive;

  Timeline timeline(const History& history) const;
};

// The named model, or the one that fits the object. Throws ConfigError if there is none of that
// name.
const Model* model_for(const std::optional<std::string>& name, ObjectKind object);

// Why model_for() gave none, in a sentence: `promise` is what is asked.
std::string why_no_model(ObjectKind object, std::string_view promise);
// Reads of nil that do not say what they found, by the history's convention.
uint64_t reads_that_tell_nothing(const History& history);

// Judges the history. The certificate names no file yet.
Opinion judge(const History& history, const Model* model, ObjectKind object,
              const CounterexampleOptions& options = {});

// The lines about the verdict, below what the history is.
void add_verdict(Page& page, const History& history, const Opinion& opinion);

// Fields: consistency, model, evaluated, left_out, verdict, message, facts, algorithm,
// counterexample, witness, certificate.
Json verdict_json(const History& history, const Opinion& opinion);

}  // namespace seedbed

// Registers that transactions read and write at one moment. A state begins with what a register
// holds at first, then come the registers that were written, by key: key, value, key, value ... A
// value is "" (absent) or '=' and its text.
#include <algorithm>
#include <map>

#include "sim/check/model.h"
#include "sim/check/model_text.h"

namespace seedbed {
namespace {

bool is_known(const Step& step) {
  if (step.kind == StepKind::kRead) return step.found != Found::kCollection;
  return step.kind == StepKind::kWrite;
}

bool knows(const Exchange& exchange) {
  if (!exchange.is(kTransaction)) return false;
  const std::span<const Step> steps = exchange.steps();
  return std::all_of(steps.begin(), steps.end(), is_known);
}

using Registers = std::map<std::string_view, std::string_view>;

bool reads(const Exchange& exchange, const Step& step, std::string_view value) {
  if (step.found == Found::kUnknown || !exchange.known()) return true;
  if (step.found == Found::kNothing) return value.empty();
  return !value.empty() && value.substr(1) == exchange.text(step.value);
}

bool step(std::string_view state, const Exchange& exchange, std::string* next) {
  const std::string_view initial = take_text(&state);
  Registers registers;
  while (!state.empty()) {
    const std::string_view key = take_text(&state);
    registers[key] = take_text(&state);
  }
  const std::span<const Step> steps = exchange.steps();
  std::vector<std::string> written;
  written.reserve(steps.size());  // what is written stays where it is
  for (const Step& one : steps) {
    const std::string_view key = exchange.text(one.key);
    if (one.kind == StepKind::kWrite) {
      written.push_back('=' + std::string(exchange.text(one.value)));
      registers[key] = written.back();
      continue;
    }
    const auto found = registers.find(key);
    if (!reads(exchange, one, found == registers.end() ? initial : found->second)) return false;
  }
  append_text(next, initial);
  for (const auto& entry : registers) {
    append_text(next, entry.first);
    append_text(next, entry.second);
  }
  return true;
}

OperationKind kind(const Exchange& exchange) {
  const std::span<const Step> steps = exchange.steps();
  const bool writes = std::any_of(steps.begin(), steps.end(),
                                  [](const Step& step) { return step.kind == StepKind::kWrite; });
  return writes ? OperationKind::kOther : OperationKind::kPure;
}

std::optional<std::string> observed(const Exchange&) { return std::nullopt; }

std::optional<std::string> holding(std::string_view text) {
  std::string state;
  append_text(&state, '=' + std::string(text));
  return state;
}

std::string nothing() {
  std::string state;
  append_text(&state, "");
  return state;
}

}  // namespace

const Model& multi_register_model() {
  static const Model model{.name = "multi-register",
                           .meaning = "registers: transactions of reads and writes",
                           .initial = nothing(),
                           .holding = holding,
                           .by_key = false,
                           .knows = knows,
                           .step = step,
                           .kind = kind,
                           .observed = observed};
  return model;
}

}  // namespace seedbed

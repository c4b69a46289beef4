// Registers and keys with values. A state is "" if there is no value, or '=' and the value.
#include "sim/check/linear_method.h"
#include "sim/check/model.h"
#include "sim/check/model_text.h"

namespace seedbed {
namespace {

bool holds(std::string_view state, const std::optional<std::string>& value) {
  if (!value) return state.empty();
  return !state.empty() && state.substr(1) == *value;
}

std::string state_of(const std::optional<std::string>& value) {
  return value ? '=' + *value : std::string();
}

bool knows_key_value(const Exchange& exchange) {
  return exchange.is(kGet) || exchange.is(kPut) || exchange.is(kAppend) || exchange.is(kCas) ||
         exchange.is(kDelete);
}
bool knows_register(const Exchange& exchange) {
  return (exchange.is(kRead) && !exchange.found_collection()) || exchange.is(kWrite);
}
bool knows_cas_register(const Exchange& exchange) {
  return knows_register(exchange) || exchange.is(kCas);
}

bool is_read(const Exchange& exchange) { return exchange.is(kGet) || exchange.is(kRead); }
// Takes the value away.
bool is_delete(const Operation& operation) {
  return operation.function == kDelete ||
         (operation.function == kWrite && operation.argument == "nil");
}

bool step_cas(std::string_view state, const Exchange& exchange, std::string* next) {
  const bool matches = holds(state, exchange.operation().expected);
  if (exchange.known() && exchange.response()->is_mismatch() == matches) return false;
  if (matches) {
    *next = state_of(exchange.operation().argument);
  } else {
    next->assign(state);
  }
  return true;
}

bool step(std::string_view state, const Exchange& exchange, std::string* next) {
  const Operation& operation = exchange.operation();
  if (exchange.is(kCas)) return step_cas(state, exchange, next);
  if (is_read(exchange)) {
    next->assign(state);
    return !exchange.known() || holds(state, exchange.response()->output);
  }
  if (is_delete(operation)) return true;
  if (exchange.is(kAppend)) {
    next->assign(state.empty() ? std::string_view("=") : state);
    next->append(operation.argument);
  } else {
    *next = state_of(operation.argument);
  }
  return true;
}

OperationKind kind(const Exchange& exchange) {
  if (is_read(exchange)) return OperationKind::kPure;
  if (exchange.is(kAppend)) return OperationKind::kGrowing;
  if (!exchange.is(kCas)) return OperationKind::kBlind;
  // A cas that found another value changed nothing; one that succeeded, or is unknown, may have.
  return exchange.known() && exchange.response()->is_mismatch() ? OperationKind::kPure
                                                                : OperationKind::kOther;
}

std::optional<std::string> observed(const Exchange& exchange) {
  if (is_read(exchange) && exchange.known()) return state_of(exchange.response()->output);
  if (!exchange.is(kCas)) return std::nullopt;
  if (exchange.known() && exchange.response()->is_mismatch()) return std::nullopt;
  return state_of(exchange.operation().expected);
}

std::optional<std::string> holding(std::string_view text) { return '=' + std::string(text); }

bool may_leave(const Operation& operation, std::string_view state) {
  if (is_delete(operation)) return state.empty();
  if (state.empty()) return false;
  const std::string_view value = state.substr(1);
  if (operation.function != kAppend) return value == operation.argument;
  return value.size() >= operation.argument.size() &&
         value.substr(value.size() - operation.argument.size()) == operation.argument;
}

bool misses(std::string_view state, const Operation& operation) {
  return operation.function == kAppend &&
         (state.empty() || state.find(operation.argument, 1) == std::string_view::npos);
}

std::string deed(std::string_view state, const Operation& about) {
  return state.empty() ? "deleted " + about.key : "wrote " + in_quotes(state.substr(1));
}

Model model_of(std::string_view name, std::string_view meaning, bool (*knows)(const Exchange&)) {
  return {.name = name,
          .meaning = meaning,
          .initial = "",
          .holding = holding,
          .knows = knows,
          .step = step,
          .kind = kind,
          .grows_to = is_prefix,
          .observed = observed,
          .method = &register_method(),
          .may_leave = may_leave,
          .misses = misses,
          .deed = deed};
}

}  // namespace

const Model& key_value_model() {
  static const Model model =
      model_of("kv", "keys with values: get, put, append, cas, delete", knows_key_value);
  return model;
}

const Model& register_model() {
  static const Model model = model_of("register", "a value: read, write", knows_register);
  return model;
}

const Model& cas_register_model() {
  static const Model model =
      model_of("cas-register", "a value: read, write, cas", knows_cas_register);
  return model;
}

}  // namespace seedbed

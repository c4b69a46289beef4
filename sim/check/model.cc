#include "sim/check/model.h"

#include <fmt/core.h>

#include <charconv>

namespace seedbed {
namespace {

// Key-value. A state is "" if the key is absent, or '=' and the value.

bool holds(std::string_view state, const std::optional<std::string>& value) {
  if (!value) return state.empty();
  return !state.empty() && state.substr(1) == *value;
}

std::string state_of(const std::optional<std::string>& value) {
  return value ? '=' + *value : std::string();
}

bool is_key_value(const Operation& operation) {
  const std::string& function = operation.function;
  return function == kGet || function == kPut || function == kAppend || function == kCas ||
         function == kDelete;
}

bool step_cas(std::string_view state, const Operation& operation, const Response* response,
              std::string* next) {
  const bool matches = holds(state, operation.expected);
  if (response != nullptr && response->is_mismatch() == matches) return false;
  if (matches) {
    *next = state_of(operation.argument);
  } else {
    next->assign(state);
  }
  return true;
}

bool step_key_value(std::string_view state, const Operation& operation, const Response* response,
                    std::string* next) {
  const std::string& function = operation.function;
  if (function == kCas) return step_cas(state, operation, response, next);
  if (function == kGet) {
    next->assign(state);
    return response == nullptr || holds(state, response->output);
  }
  if (function == kPut) {
    *next = state_of(operation.argument);
  } else if (function == kAppend) {
    next->assign(state.empty() ? std::string_view("=") : state);
    next->append(operation.argument);
  } else {
    next->clear();  // delete
  }
  return true;
}

OperationKind kind_key_value(const Operation& operation, const Response* response) {
  const std::string& function = operation.function;
  if (function == kGet) return OperationKind::kPure;
  if (function == kPut || function == kDelete) return OperationKind::kBlind;
  if (function == kAppend) return OperationKind::kGrowing;
  // A cas that found another value changed nothing; one that succeeded, or is unknown, may have.
  return response != nullptr && response->is_mismatch() ? OperationKind::kPure
                                                        : OperationKind::kOther;
}

bool is_prefix(std::string_view from, std::string_view to) {
  return to.substr(0, from.size()) == from;
}

std::optional<std::string> observed_key_value(const Operation& operation,
                                              const Response* response) {
  const std::string& function = operation.function;
  if (function == kGet && response != nullptr) return state_of(response->output);
  if (function != kCas || (response != nullptr && response->is_mismatch())) return std::nullopt;
  return state_of(operation.expected);
}

bool may_leave_key_value(const Operation& operation, std::string_view state) {
  const std::string& function = operation.function;
  if (function == kDelete) return state.empty();
  if (state.empty()) return false;
  const std::string_view value = state.substr(1);
  if (function != kAppend) return value == operation.argument;
  return value.size() >= operation.argument.size() &&
         value.substr(value.size() - operation.argument.size()) == operation.argument;
}

bool misses_key_value(std::string_view state, const Operation& operation) {
  return operation.function == kAppend &&
         (state.empty() || state.find(operation.argument, 1) == std::string_view::npos);
}

std::string deed_key_value(std::string_view state, const Operation& about) {
  return state.empty() ? "deleted " + about.key : "wrote " + in_quotes(state.substr(1));
}

// Counters. A state is a decimal number.

bool is_counter(const Operation& operation) {
  const std::string& function = operation.function;
  return function == kRead || function == kIncrement || function == kDecrement;
}

int64_t number_in(std::string_view state) {
  int64_t value = 0;
  std::from_chars(state.data(), state.data() + state.size(), value);
  return value;
}

bool step_counter(std::string_view state, const Operation& operation, const Response* response,
                  std::string* next) {
  const auto value = static_cast<uint64_t>(number_in(state));
  if (operation.function == kRead) {
    next->assign(state);
    return response == nullptr || response->number == static_cast<int64_t>(value);
  }
  const auto amount = static_cast<uint64_t>(operation.amount);
  const uint64_t sum = operation.function == kIncrement ? value + amount : value - amount;
  *next = fmt::format("{}", static_cast<int64_t>(sum));
  return true;
}

OperationKind kind_counter(const Operation& operation, const Response*) {
  return operation.function == kRead ? OperationKind::kPure : OperationKind::kOther;
}

std::optional<std::string> observed_counter(const Operation& operation, const Response* response) {
  if (operation.function != kRead || response == nullptr) return std::nullopt;
  return fmt::format("{}", response->number);
}

bool may_leave_counter(const Operation&, std::string_view) { return true; }

bool misses_counter(std::string_view, const Operation&) { return false; }

std::string deed_counter(std::string_view state, const Operation& about) {
  return fmt::format("brought {} to {}", about.key, state);
}

}  // namespace

const Model& key_value_model() {
  static const Model model{.name = "key-value",
                           .initial = "",
                           .knows = is_key_value,
                           .step = step_key_value,
                           .kind = kind_key_value,
                           .grows_to = is_prefix,
                           .observed = observed_key_value,
                           .may_leave = may_leave_key_value,
                           .misses = misses_key_value,
                           .deed = deed_key_value};
  return model;
}

const Model& counter_model() {
  static const Model model{.name = "counter",
                           .initial = "0",
                           .knows = is_counter,
                           .step = step_counter,
                           .kind = kind_counter,
                           .grows_to = nullptr,
                           .observed = observed_counter,
                           .may_leave = may_leave_counter,
                           .misses = misses_counter,
                           .deed = deed_counter};
  return model;
}

}  // namespace seedbed

// Counters. A state is a decimal number.
#include <fmt/core.h>

#include <charconv>

#include "sim/check/linear_method.h"
#include "sim/check/model.h"

namespace seedbed {
namespace {

std::optional<int64_t> number_in(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Seedbed's own reads answer with a number, those of other tools with its text.
std::optional<int64_t> number_in(const Response& response) {
  return response.output ? number_in(*response.output) : response.number;
}

bool knows(const Exchange& exchange) {
  if (exchange.is(kAdd)) return number_in(exchange.operation().argument).has_value();
  if (!exchange.is(kRead)) return exchange.is(kIncrement) || exchange.is(kDecrement);
  return !exchange.known() ||
         (!exchange.found_collection() && number_in(*exchange.response()).has_value());
}

bool step(std::string_view state, const Exchange& exchange, std::string* next) {
  const auto value = static_cast<uint64_t>(number_in(state).value_or(0));
  if (exchange.is(kRead)) {
    next->assign(state);
    return !exchange.known() || number_in(*exchange.response()) == static_cast<int64_t>(value);
  }
  const auto amount = static_cast<uint64_t>(exchange.operation().amount);
  const uint64_t sum = exchange.is(kDecrement) ? value - amount : value + amount;
  *next = fmt::format("{}", static_cast<int64_t>(sum));
  return true;
}

OperationKind kind(const Exchange& exchange) {
  return exchange.is(kRead) ? OperationKind::kPure : OperationKind::kOther;
}

std::optional<std::string> observed(const Exchange& exchange) {
  if (!exchange.is(kRead) || !exchange.known()) return std::nullopt;
  return fmt::format("{}", number_in(*exchange.response()).value_or(0));
}

std::optional<std::string> holding(std::string_view text) {
  const std::optional<int64_t> number = number_in(text);
  return number ? std::optional(fmt::format("{}", *number)) : std::nullopt;
}

bool may_leave(const Operation&, std::string_view) { return true; }

bool misses(std::string_view, const Operation&) { return false; }

std::string deed(std::string_view state, const Operation& about) {
  return fmt::format("brought {} to {}", about.key, state);
}

}  // namespace

const Model& counter_model() {
  static const Model model{.name = "counter",
                           .meaning = "a number: read, increment, decrement, add",
                           .initial = "0",
                           .holding = holding,
                           .knows = knows,
                           .step = step,
                           .kind = kind,
                           .observed = observed,
                           .method = &counter_method(),
                           .may_leave = may_leave,
                           .misses = misses,
                           .deed = deed};
  return model;
}

}  // namespace seedbed

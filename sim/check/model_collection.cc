// Sets and lists. The state of a set has its elements in the order of their bytes, that of a list
// in its own.
#include <algorithm>

#include "sim/check/linear_method.h"
#include "sim/check/model.h"
#include "sim/check/model_text.h"

namespace seedbed {
namespace {

bool reads_all(const Exchange& exchange) {
  return exchange.is(kRead) &&
         (!exchange.known() || exchange.found_collection() || !exchange.response()->output);
}

std::vector<std::string_view> found(const Exchange& exchange) {
  std::vector<std::string_view> texts;
  for (const ValueId element : exchange.elements()) texts.push_back(exchange.text(element));
  return texts;
}

// --- Sets ---

bool knows_set(const Exchange& exchange) {
  if (!exchange.is(kContains)) {
    return exchange.is(kAdd) || exchange.is(kRemove) || reads_all(exchange);
  }
  if (!exchange.known()) return true;
  const std::optional<std::string>& output = exchange.response()->output;
  return output && (*output == "true" || *output == "false");
}

std::string set_found(const Exchange& exchange) {
  std::vector<std::string_view> texts = found(exchange);
  std::sort(texts.begin(), texts.end());
  // An element that was found twice makes a state that no set has.
  return state_of(texts);
}

bool step_set(std::string_view state, const Exchange& exchange, std::string* next) {
  const std::string& element = exchange.operation().argument;
  if (exchange.is(kRead)) {
    next->assign(state);
    return !exchange.known() || set_found(exchange) == state;
  }
  std::vector<std::string_view> texts = texts_of(state);
  const auto place = std::lower_bound(texts.begin(), texts.end(), element);
  const bool there = place != texts.end() && *place == element;
  if (exchange.is(kContains)) {
    next->assign(state);
    return !exchange.known() || (exchange.response()->output == "true") == there;
  }
  if (exchange.is(kAdd) && !there) texts.insert(place, element);
  if (exchange.is(kRemove) && there) texts.erase(place);
  *next = state_of(texts);
  return true;
}

OperationKind kind_set(const Exchange& exchange) {
  if (exchange.is(kAdd)) return OperationKind::kGrowing;
  return exchange.is(kRemove) ? OperationKind::kOther : OperationKind::kPure;
}

bool is_subset(std::string_view from, std::string_view to) {
  const std::vector<std::string_view> few = texts_of(from);
  const std::vector<std::string_view> many = texts_of(to);
  return std::includes(many.begin(), many.end(), few.begin(), few.end());
}

std::optional<std::string> observed_set(const Exchange& exchange) {
  if (!exchange.is(kRead) || !exchange.known()) return std::nullopt;
  return set_found(exchange);
}

std::optional<std::string_view> part_of_set(const Exchange& exchange) {
  if (exchange.is(kRead)) return std::nullopt;
  return exchange.operation().argument;
}

// --- Lists ---

bool knows_list(const Exchange& exchange) { return exchange.is(kAppend) || reads_all(exchange); }

bool step_list(std::string_view state, const Exchange& exchange, std::string* next) {
  next->assign(state);
  if (exchange.is(kRead)) return !exchange.known() || state_of(found(exchange)) == state;
  append_text(next, exchange.operation().argument);
  return true;
}

OperationKind kind_list(const Exchange& exchange) {
  return exchange.is(kAppend) ? OperationKind::kGrowing : OperationKind::kPure;
}

std::optional<std::string> observed_list(const Exchange& exchange) {
  if (!exchange.is(kRead) || !exchange.known()) return std::nullopt;
  return state_of(found(exchange));
}

}  // namespace

const Model& set_model() {
  static const Model model{.name = "set",
                           .meaning = "a set: add, remove, contains, read of all elements",
                           .knows = knows_set,
                           .step = step_set,
                           .kind = kind_set,
                           .grows_to = is_subset,
                           .observed = observed_set,
                           .part = part_of_set,
                           .method = &set_method()};
  return model;
}

const Model& list_model() {
  static const Model model{.name = "list",
                           .meaning = "a list: append, read of all elements",
                           .knows = knows_list,
                           .step = step_list,
                           .kind = kind_list,
                           .grows_to = is_prefix,
                           .observed = observed_list,
                           .method = &list_method()};
  return model;
}

}  // namespace seedbed

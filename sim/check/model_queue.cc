// Queues, stacks and priority queues. A state has the elements in the order of arrival; that of a
// priority queue in the order in which they leave.
#include <algorithm>

#include "sim/check/linear_method.h"
#include "sim/check/model.h"
#include "sim/check/model_text.h"

namespace seedbed {
namespace {

bool knows_queue(const Exchange& exchange) {
  return exchange.is(kEnqueue) || exchange.is(kDequeue);
}
bool knows_stack(const Exchange& exchange) { return exchange.is(kPush) || exchange.is(kPop); }
bool knows_priority_queue(const Exchange& exchange) {
  return exchange.is(kInsert) || exchange.is(kDeleteMin);
}

bool puts(const Exchange& exchange) {
  return exchange.is(kEnqueue) || exchange.is(kPush) || exchange.is(kInsert);
}
bool finds_nothing(const Exchange& exchange) {
  return !puts(exchange) && exchange.known() && !exchange.response()->output;
}

// A value was taken from a state; nullopt: the state was empty.
bool agrees(const Exchange& exchange, std::optional<std::string_view> taken) {
  if (!exchange.known()) return true;
  const std::optional<std::string>& output = exchange.response()->output;
  return output.has_value() == taken.has_value() && (!taken || *output == *taken);
}

bool step_queue(std::string_view state, const Exchange& exchange, std::string* next) {
  if (exchange.is(kEnqueue)) {
    next->assign(state);
    append_text(next, exchange.operation().argument);
    return true;
  }
  if (state.empty()) return agrees(exchange, std::nullopt);
  const std::string_view oldest = take_text(&state);
  next->assign(state);
  return agrees(exchange, oldest);
}

bool step_stack(std::string_view state, const Exchange& exchange, std::string* next) {
  next->assign(state);
  if (exchange.is(kPush)) {
    append_text(next, exchange.operation().argument);
    return true;
  }
  if (state.empty()) return agrees(exchange, std::nullopt);
  const std::string_view youngest = texts_of(state).back();
  next->resize(state.size() - youngest.size() - sizeof(uint32_t));
  return agrees(exchange, youngest);
}

bool leaves_before(std::string_view a, std::string_view b) {
  return priority_of(a) < priority_of(b);
}

bool step_priority_queue(std::string_view state, const Exchange& exchange, std::string* next) {
  if (exchange.is(kInsert)) {
    std::vector<std::string_view> texts = texts_of(state);
    const std::string_view text = exchange.operation().argument;
    texts.insert(std::upper_bound(texts.begin(), texts.end(), text, leaves_before), text);
    *next = state_of(texts);
    return true;
  }
  if (state.empty()) return agrees(exchange, std::nullopt);
  const std::string_view smallest = take_text(&state);
  next->assign(state);
  return agrees(exchange, smallest);
}

OperationKind kind(const Exchange& exchange) {
  if (puts(exchange)) return OperationKind::kGrowing;
  return finds_nothing(exchange) ? OperationKind::kPure : OperationKind::kOther;
}

std::optional<std::string> observed(const Exchange& exchange) {
  return finds_nothing(exchange) ? std::optional(std::string()) : std::nullopt;
}

bool includes(std::string_view from, std::string_view to) {
  const std::vector<std::string_view> few = texts_of(from);
  const std::vector<std::string_view> many = texts_of(to);
  return std::includes(many.begin(), many.end(), few.begin(), few.end(), leaves_before);
}

}  // namespace

const Model& queue_model() {
  static const Model model{.name = "queue",
                           .meaning = "first in, first out: enqueue, dequeue",
                           .knows = knows_queue,
                           .step = step_queue,
                           .kind = kind,
                           .grows_to = is_prefix,
                           .observed = observed,
                           .method = &queue_method()};
  return model;
}

const Model& stack_model() {
  static const Model model{.name = "stack",
                           .meaning = "last in, first out: push, pop",
                           .knows = knows_stack,
                           .step = step_stack,
                           .kind = kind,
                           .grows_to = is_prefix,
                           .observed = observed,
                           .method = &stack_method()};
  return model;
}

const Model& priority_queue_model() {
  static const Model model{.name = "priority-queue",
                           .meaning = "the smallest leaves first: insert, delete-min",
                           .knows = knows_priority_queue,
                           .step = step_priority_queue,
                           .kind = kind,
                           .grows_to = includes,
                           .observed = observed,
                           .method = &priority_queue_method()};
  return model;
}

}  // namespace seedbed

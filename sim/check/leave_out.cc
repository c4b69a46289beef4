#include "sim/check/leave_out.h"

#include <algorithm>

namespace seedbed {
namespace {

constexpr std::string_view kRegisters[] = {"kv", "register", "cas-register"};
constexpr std::string_view kCollections[] = {"set", "list", "queue", "stack", "priority-queue"};

bool is_one_of(std::string_view name, const auto& names) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

std::string state_of(const std::optional<std::string>& value) {
  return value ? '=' + *value : std::string();
}

Touch everything() { return {.gives_any = true, .needs_any = true}; }

Touch touch_register(const Exchange& exchange) {
  const Operation& operation = exchange.operation();
  Touch touch;
  if (exchange.is(kGet) || exchange.is(kRead)) {
    if (exchange.known()) touch.needs.push_back(state_of(exchange.response()->output));
  } else if (exchange.is(kCas)) {
    const bool mismatch = exchange.known() && exchange.response()->is_mismatch();
    touch.needs_any = mismatch;
    touch.needs.push_back(state_of(operation.expected));
    if (!mismatch) touch.gives.push_back(state_of(operation.argument));
  } else if (exchange.is(kDelete) || (exchange.is(kWrite) && operation.argument == "nil")) {
    touch.gives.emplace_back();
  } else if (exchange.is(kPut) || exchange.is(kWrite)) {
    touch.gives.push_back(state_of(operation.argument));
  } else {
    return everything();
  }
  return touch;
}

Touch touch_collection(const Exchange& exchange) {
  static constexpr std::string_view kTakers[] = {kDequeue, kPop, kDeleteMin};
  static constexpr std::string_view kGivers[] = {kEnqueue, kPush, kInsert, kAdd, kRemove, kAppend};
  const std::string_view function = exchange.operation().function;
  Touch touch;
  if (is_one_of(function, kGivers)) {
    touch.gives.push_back(exchange.operation().argument);
  } else if (is_one_of(function, kTakers)) {
    touch.gives_any = !exchange.known();
    if (exchange.known() && exchange.response()->output) {
      touch.gives.push_back(*exchange.response()->output);
    }
  } else if (function == kContains) {
    touch.needs.push_back(exchange.operation().argument);
  } else if (function == kRead) {
    for (const ValueId element : exchange.elements()) {
      touch.needs.emplace_back(exchange.text(element));
    }
  } else {
    return everything();
  }
  touch.needs.insert(touch.needs.end(), touch.gives.begin(), touch.gives.end());
  return touch;
}

const Response& mismatch() {
  static const Response response = Response::mismatch();
  return response;
}

}  // namespace

Touch touch_of(const Model& model, std::string_view initial, const Exchange& exchange) {
  if (is_one_of(model.name, kRegisters)) return touch_register(exchange);
  // Elements that are there from the beginning cannot be struck out.
  if (!is_one_of(model.name, kCollections) || !initial.empty()) return everything();
  return touch_collection(exchange);
}

const Response* answer_of(const History& history, const Entry& entry) {
  const Convention& convention = history.convention();
  if (entry.ok()) {
    const bool tells_nothing = convention.nil_read == Convention::NilRead::kUnknown &&
                               entry.operation.function == kRead && !entry.response.output &&
                               !entry.found_collection && !history.parts().format.empty();
    return tells_nothing ? nullptr : &entry.response;
  }
  const bool saw_another = entry.outcome() == Outcome::kFail && entry.operation.function == kCas &&
                           convention.failed_cas == Convention::FailedCas::kMismatch;
  return saw_another ? &mismatch() : nullptr;
}

std::optional<std::string> first_state(const Model& model, const History& history) {
  const std::optional<std::string>& text = history.convention().initial;
  if (!text) return model.initial;
  return model.holding == nullptr ? std::nullopt : model.holding(*text);
}

}  // namespace seedbed

#include "sim/check/leave_out.h"

#include <algorithm>
#include <utility>

#include "sim/check/model_text.h"

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
    if (exchange.known() && !mismatch) touch.sets.emplace();
  } else if (exchange.is(kDelete) || (exchange.is(kWrite) && operation.argument == "nil")) {
    touch.gives.emplace_back();
    touch.sets.emplace();
  } else if (exchange.is(kPut) || exchange.is(kWrite)) {
    touch.gives.push_back(state_of(operation.argument));
    touch.sets.emplace();
  } else {
    return everything();
  }
  return touch;
}

// What a transaction saw in a register, or left in it.
std::string register_state(const Exchange& exchange, const Step& step, bool there) {
  std::string state;
  append_text(&state, exchange.text(step.key));
  if (there) append_text(&state, exchange.text(step.value));
  return state;
}

Touch touch_transaction(const Exchange& exchange) {
  Touch touch;
  for (const Step& step : exchange.steps()) {
    if (step.kind == StepKind::kWrite) {
      touch.gives.push_back(register_state(exchange, step, true));
    } else if (exchange.known() && step.found != Found::kUnknown) {
      touch.needs.push_back(register_state(exchange, step, step.found == Found::kValue));
    }
  }
  return touch;
}

Touch touch_mutex(const Exchange& exchange) {
  const bool acquires = exchange.is(kAcquire);
  return {.gives = {acquires ? "held" : "free"}, .needs = {acquires ? "free" : "held"}};
}

Touch touch_set(const Exchange& exchange) {
  const std::string& element = exchange.operation().argument;
  Touch touch{.sets = element};
  if (exchange.is(kAdd)) {
    touch.gives.push_back('+' + element);
  } else if (exchange.is(kRemove)) {
    touch.gives.push_back('-' + element);
  } else if (exchange.is(kContains)) {
    if (!exchange.known()) return touch;
    touch.needs.push_back((exchange.response()->output == "true" ? '+' : '-') + element);
  } else if (exchange.is(kRead)) {
    return {.needs_any = exchange.known()};
  } else {
    return everything();
  }
  return touch;
}

Touch touch_collection(const Exchange& exchange) {
  static constexpr std::string_view kTakers[] = {kDequeue, kPop, kDeleteMin};
  static constexpr std::string_view kPutters[] = {kEnqueue, kPush, kInsert};
  static constexpr std::string_view kGivers[] = {kEnqueue, kPush, kInsert, kAppend};
  const std::string_view function = exchange.operation().function;
  Touch touch{.puts = is_one_of(function, kPutters)};
  if (is_one_of(function, kGivers)) {
    touch.gives.push_back(exchange.operation().argument);
  } else if (is_one_of(function, kTakers)) {
    touch.takes_unknown = !exchange.known();
    touch.takes = exchange.known() && exchange.response()->output;
    if (touch.takes) touch.gives.push_back(*exchange.response()->output);
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
  if (model.name == "multi-register") return touch_transaction(exchange);
  if (model.name == "mutex") return touch_mutex(exchange);
  // Elements that are there from the beginning cannot be struck out.
  if (!is_one_of(model.name, kCollections) || !initial.empty()) return everything();
  return model.name == "set" ? touch_set(exchange) : touch_collection(exchange);
}

bool has_elements(const Model& model) { return model.name == "set" || model.name == "list"; }

bool reads_all_elements(const Model& model, const Exchange& exchange) {
  return has_elements(model) && exchange.is(kRead);
}

History only(const History& history, const std::vector<const Entry*>& entries,
             const std::optional<std::string>& initial, const std::set<std::string>* about) {
  HistoryParts parts{.format = history.parts().format, .convention = history.convention()};
  if (initial) parts.convention.initial = initial;
  for (const Entry* entry : entries) {
    Entry& copy = parts.entries.emplace_back(*entry);
    copy.elements = {.first = static_cast<uint32_t>(parts.elements.size())};
    for (const ValueId element : history.elements(*entry)) {
      const std::string_view text = history.text(element);
      if (about != nullptr && !about->contains(std::string(text))) continue;
      parts.elements.push_back(parts.values.intern(text));
      ++copy.elements.count;
    }
    copy.steps = {.first = static_cast<uint32_t>(parts.steps.size())};
    for (Step step : history.steps(*entry)) {
      step.elements = {};
      step.key = parts.values.intern(history.text(step.key));
      if (step.value != kNoValue) step.value = parts.values.intern(history.text(step.value));
      parts.steps.push_back(step);
      ++copy.steps.count;
    }
  }
  return History(std::move(parts));
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

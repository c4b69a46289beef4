#include "sim/check/transitions.h"

#include <algorithm>

#include "sim/core/hash.h"

namespace seedbed {
namespace {

uint64_t hash_of(const std::optional<std::string>& value) { return value ? hash_bytes(*value) : 1; }

uint64_t hash_of(const Exchange& exchange) {
  const Operation& operation = exchange.operation();
  uint64_t hash = hash_bytes(operation.function, hash_bytes(operation.argument));
  hash = mix(hash, hash_of(operation.expected) + static_cast<uint64_t>(operation.amount));
  for (const Step& step : exchange.steps()) hash = mix(hash, number(step.key) ^ number(step.value));
  const Response* response = exchange.response();
  if (response == nullptr) return hash;
  for (const ValueId element : exchange.elements()) hash = mix(hash, number(element));
  return mix(hash, hash_of(response->output) + static_cast<uint64_t>(response->number));
}

bool equal(const Response* a, const Response* b) {
  if (a == nullptr || b == nullptr) return a == b;
  return a->output == b->output && a->number == b->number;
}

bool equal(const Step& a, const Step& b) {
  return a.kind == b.kind && a.found == b.found && a.key == b.key && a.value == b.value;
}

bool equal(const Exchange& a, const Exchange& b) {
  const Operation& x = a.operation();
  const Operation& y = b.operation();
  if (x.function != y.function || x.argument != y.argument || x.expected != y.expected ||
      x.amount != y.amount || !equal(a.response(), b.response())) {
    return false;
  }
  const std::span<const ValueId> found = a.elements(), found_too = b.elements();
  const std::span<const Step> steps = a.steps(), steps_too = b.steps();
  return std::equal(found.begin(), found.end(), found_too.begin(), found_too.end()) &&
         std::equal(steps.begin(), steps.end(), steps_too.begin(), steps_too.end(),
                    [](const Step& one, const Step& other) { return equal(one, other); });
}

}  // namespace

Transitions::Transitions(const Model& model, std::string_view initial) : model_(&model) {
  intern(initial);
}

uint32_t Transitions::intern(std::string_view state) {
  const auto [number, fresh] =
      state_numbers_.find_or_insert(hash_bytes(state), static_cast<uint32_t>(states_.size()),
                                    [&](uint32_t i) { return states_[i] == state; });
  if (fresh) {
    bytes_ += sizeof(std::string) + state.size();
    states_.emplace_back(state);
  }
  return number;
}

uint32_t Transitions::classify(const Exchange& exchange) {
  const auto [number, fresh] = class_numbers_.find_or_insert(
      hash_of(exchange), static_cast<uint32_t>(classes_.size()),
      [&](uint32_t i) { return equal(classes_[i].exchange, exchange); });
  if (!fresh) return number;
  Class fresh_class{exchange, model_->kind(exchange), kIllegal};
  const std::optional<std::string> state = model_->observed(exchange);
  if (state) fresh_class.observed = intern(*state);
  classes_.push_back(fresh_class);
  bytes_ += sizeof(Class);
  return number;
}

uint32_t Transitions::step(uint32_t state, uint32_t operation) {
  const uint64_t pair = (static_cast<uint64_t>(state) << 32) | operation;
  const auto [number, fresh] = step_numbers_.find_or_insert(
      scramble(pair), static_cast<uint32_t>(steps_.size()), [](uint32_t) { return true; });
  if (!fresh) return steps_[number];
  const Class& doing = classes_[operation];
  next_.clear();
  const bool legal = model_->step(states_[state], doing.exchange, &next_);
  steps_.push_back(legal ? intern(next_) : kIllegal);
  return steps_.back();
}

}  // namespace seedbed

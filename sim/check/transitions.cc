#include "sim/check/transitions.h"

#include "sim/core/hash.h"

namespace seedbed {
namespace {

uint64_t hash_of(const std::optional<std::string>& value) { return value ? hash_bytes(*value) : 1; }

uint64_t hash_of(const Operation& operation, const Response* response) {
  uint64_t hash = hash_bytes(operation.function, hash_bytes(operation.argument));
  hash = mix(hash, hash_of(operation.expected) + static_cast<uint64_t>(operation.amount));
  if (response == nullptr) return hash;
  return mix(hash, hash_of(response->output) + static_cast<uint64_t>(response->number));
}

bool equal(const Operation& a, const Operation& b) {
  return a.function == b.function && a.argument == b.argument && a.expected == b.expected &&
         a.amount == b.amount;
}

bool equal(const Response* a, const Response* b) {
  if (a == nullptr || b == nullptr) return a == b;
  return a->output == b->output && a->number == b->number;
}

}  // namespace

Transitions::Transitions(const Model& model) : model_(model) { intern(model.initial); }

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

uint32_t Transitions::classify(const Operation& operation, const Response* response) {
  const auto [number, fresh] = class_numbers_.find_or_insert(
      hash_of(operation, response), static_cast<uint32_t>(classes_.size()), [&](uint32_t i) {
        return equal(*classes_[i].operation, operation) && equal(classes_[i].response, response);
      });
  if (!fresh) return number;
  Class fresh_class{&operation, response, model_.kind(operation, response), kIllegal};
  const std::optional<std::string> state = model_.observed(operation, response);
  if (state) fresh_class.observed = intern(*state);
  classes_.push_back(fresh_class);
  return number;
}

uint32_t Transitions::step(uint32_t state, uint32_t operation) {
  const uint64_t pair = (static_cast<uint64_t>(state) << 32) | operation;
  const auto [number, fresh] = step_numbers_.find_or_insert(
      scramble(pair), static_cast<uint32_t>(steps_.size()), [](uint32_t) { return true; });
  if (!fresh) return steps_[number];
  const Class& doing = classes_[operation];
  next_.clear();
  const bool legal = model_.step(states_[state], *doing.operation, doing.response, &next_);
  steps_.push_back(legal ? intern(next_) : kIllegal);
  return steps_.back();
}

}  // namespace seedbed

// Transitions: a model made fast. States and operations get small numbers, and each step (state,
// operation) is computed once: the searches over one key share the table, and those over several.
//
//   Transitions transitions(model, model.initial);
//   const uint32_t put = transitions.classify({entry.operation, &entry.response});
//   const uint32_t after = transitions.step(Transitions::kInitial, put);
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/check/index_table.h"
#include "sim/check/model.h"

namespace seedbed {

class Transitions {
 public:
  static constexpr uint32_t kInitial = 0;
  static constexpr uint32_t kIllegal = ~0u;

  // `model` must outlive this.
  Transitions(const Model& model, std::string_view initial);

  // A number for the operation with this answer; operations that no state can tell apart share it.
  // What the exchange points at must outlive this.
  uint32_t classify(const Exchange& exchange);
  OperationKind kind(uint32_t operation) const { return classes_[operation].kind; }
  // The only state in which it is legal and, unless it is pure, changes anything; kIllegal: there
  // are more.
  uint32_t observed(uint32_t operation) const { return classes_[operation].observed; }

  // The state after the operation, or kIllegal.
  uint32_t step(uint32_t state, uint32_t operation);

  uint32_t intern(std::string_view state);
  const std::string& state(uint32_t number) const { return states_[number]; }

  // Whether growing operations, or none, can lead from one state to the other.
  bool grows_to(uint32_t from, uint32_t to) const {
    return from == to ||
           (model_->grows_to != nullptr && model_->grows_to(states_[from], states_[to]));
  }

  // The memory that was spent.
  size_t bytes() const { return bytes_ + step_numbers_.bytes(); }

 private:
  struct Class {
    Exchange exchange;
    OperationKind kind;
    uint32_t observed;
  };

  const Model* model_;
  std::vector<std::string> states_;
  IndexTable state_numbers_;
  std::vector<Class> classes_;
  IndexTable class_numbers_;
  std::vector<uint32_t> steps_;
  IndexTable step_numbers_;  // by (state, class), exactly: the hash of the pair is a bijection
  std::string next_;
  size_t bytes_ = 0;
};

}  // namespace seedbed

// LinearKey: the operations on one object, and the question whether a part of them is linearizable.
// sim/check/linearizability.h asks it once, the explanation of a violation again and again.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sim/check/linear_defect.h"
#include "sim/check/linear_method.h"
#include "sim/check/linear_search.h"
#include "sim/check/transitions.h"
#include "sim/history/history.h"

namespace seedbed {

// What is asked of an operation.
enum class Role : uint8_t {
  kRequired,  // it happened, with the answer that was given
  kOptional,  // it may have happened, with any answer, at any time after its invocation
  kAbsent,    // it is not there
};

inline constexpr EventIndex kLastEvent{~uint64_t{0}};

class LinearKey {
 public:
  // The entries are in the order of their invocations, and of `history`, which may be nullptr if
  // they have neither steps nor elements. All three must outlive this.
  LinearKey(const Model& model, std::vector<const Entry*> entries, const History* history = nullptr,
            LinearDefect defect = LinearDefect::kNone);

  // Judges several objects of the model together: entry i is of objects[i]. Only the search does.
  void set_objects(std::vector<uint32_t> objects) { objects_ = std::move(objects); }
  // Before anything is asked.
  void set_initial(std::string state) {
    initial_ = std::move(state);
    transitions_ = Transitions(model_, initial_);
  }

  const Model& model() const { return model_; }
  const std::vector<const Entry*>& entries() const { return entries_; }
  const std::string& initial() const { return initial_; }
  const History* history() const { return history_; }

  // The operation with the answer that it was given, by the convention of the history.
  Exchange exchange(size_t i) const { return {history_, *entries_[i], answer_to(i)}; }
  // As if it had never been answered.
  Exchange question(size_t i) const { return {history_, *entries_[i], nullptr}; }
  // What is known of it: an answer says that it happened.
  const Response* answer_to(size_t i) const;
  bool was_answered(size_t i) const { return answer_to(i) != nullptr; }

  // What was known just after the event `last`: whatever had not returned by then was unknown.
  // kLastEvent: all that was ever known.
  std::vector<Role> roles_at(EventIndex last) const;

  // The operations in their roles; `positions` tells which piece is which entry.
  LinearProblem problem(const std::vector<Role>& roles, std::vector<uint32_t>* positions) const;
  // Asks the model's method, if it has one.
  MethodResult decide(const std::vector<Role>& roles) const;
  // A search for an order of the operations in their roles.
  LinearSearch search(const std::vector<Role>& roles, const SearchOptions& options);
  // What all searches together remember of states.
  size_t bytes() const { return transitions_.bytes(); }

 private:
  bool tells_nothing(const Entry& entry) const;

  const Model& model_;
  std::vector<const Entry*> entries_;
  const History* history_;
  LinearDefect defect_;
  std::vector<uint32_t> objects_;  // empty: a single one
  std::string initial_;
  Transitions transitions_;
};

// What objects of this history hold at first, as a state of the model. nullopt: the model's objects
// cannot hold that.
std::optional<std::string> initial_state(const Model& model, const History* history);

}  // namespace seedbed

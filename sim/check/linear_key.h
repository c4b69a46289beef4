// LinearKey: the operations on one key, and the question whether a part of them is linearizable.
// sim/check/linearizability.h asks it once, the explanation of a violation again and again.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

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

class LinearKey {
 public:
  // The entries are in the order of their invocations; they and the model must outlive this.
  LinearKey(const Model& model, std::vector<const Entry*> entries)
      : model_(model), entries_(std::move(entries)), transitions_(model) {}

  const Model& model() const { return model_; }
  const std::vector<const Entry*>& entries() const { return entries_; }

  // What was known just after the event `last`: whatever had not returned by then was unknown.
  // kLastEvent: all that was ever known.
  std::vector<Role> roles_at(EventIndex last) const;

  // A search for an order of the operations in their roles.
  LinearSearch search(const std::vector<Role>& roles, const SearchOptions& options);

 private:
  const Model& model_;
  std::vector<const Entry*> entries_;
  Transitions transitions_;
};

inline constexpr EventIndex kLastEvent{~uint64_t{0}};

}  // namespace seedbed

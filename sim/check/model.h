// Model: what an object would do if it were in one place and did one thing after the other. A model
// is a table of pure functions over states; a state is a string of bytes, equal states have equal
// bytes.
//
//   const Model& model = key_value_model();
//   std::string next;
//   model.step("", Operation::put("x", "5"), nullptr, &next);   // true: next is "=5"
//   const Response three = Response::found("3");
//   model.step("=5", Operation::get("x"), &three, &next);       // false: it would have found "5"
//
// Everything else in the table tells the checker what it may rely upon; tests/check/model_test.cc
// tries these promises on small states, and should do so for each new model.
//
// A model describes a single key. That a history of several is linearizable if it is so for each
// key alone is the locality theorem of Herlihy and Wing (TOPLAS 1990).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sim/history/operation.h"

namespace seedbed {

// What the checker may rely upon for an operation with a given answer (nullptr: unknown). A wrong
// promise makes wrong verdicts; kOther promises nothing.
enum class OperationKind : uint8_t {
  kOther,
  kPure,     // in every state where it is legal, it leaves the state as it is
  kBlind,    // legal in every state, and the next state does not depend on the one before
  kGrowing,  // legal in every state, and grows_to(state, next) always holds
};

struct Model {
  std::string_view name;
  std::string initial;

  // False: the model gives this function no meaning.
  bool (*knows)(const Operation& operation);

  // False if the operation cannot have given this response in this state; else `next` is the state
  // after it. `response` is that of an ok operation, or nullptr if unknown: then the operation does
  // what it does in this state. `next` is empty before, and never aliases `state`.
  bool (*step)(std::string_view state, const Operation& operation, const Response* response,
               std::string* next);

  OperationKind (*kind)(const Operation& operation, const Response* response);

  // A transitive relation; nullptr if no operation is kGrowing.
  bool (*grows_to)(std::string_view from, std::string_view to);

  // The only state in which the operation is legal with this response (nullptr: unknown) and, if it
  // is not pure, changes anything. nullopt: there are several.
  std::optional<std::string> (*observed)(const Operation& operation, const Response* response);

  // The rest is for explanations only, and may give up.

  // False only if the operation, when it takes effect, cannot leave this state, whatever stood
  // before.
  bool (*may_leave)(const Operation& operation, std::string_view state);
  // True if `state` proves that the operation has had no effect on it.
  bool (*misses)(std::string_view state, const Operation& operation);
  // The deed that brings `state` about: wrote "5", deleted x.
  std::string (*deed)(std::string_view state, const Operation& about);
};

// get, put, append, cas, delete. A state is "" (absent) or "=" and the value.
const Model& key_value_model();

// read, increment, decrement. A state is a decimal number, at first 0; sums wrap at 64 bits.
const Model& counter_model();

}  // namespace seedbed

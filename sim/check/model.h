// Model: what an object would do if it were in one place and did one thing after the other. A model
// is a table of pure functions over states; a state is a string of bytes, equal states have equal
// bytes.
//
//   const Model& model = key_value_model();
//   std::string next;
//   model.step("", Operation::put("x", "5"), &next);            // true: next is "=5"
//   const Response three = Response::found("3");
//   model.step("=5", {Operation::get("x"), &three}, &next);     // false: it would have found "5"
//
// A model of your own needs a name and the functions from `knows` to `observed`; what it leaves out
// costs speed or words, never a verdict:
//
//   const Model light{.name = "light", .initial = "off", .knows = ..., .step = ..., .kind = ...,
//                     .observed = ...};
//   check_linearizable(history, light);
//
// Everything beside `step` tells the checker what it may rely upon; tests/check/model_test.cc tries
// these promises on small states, and should do so for each new model.
//
// Most models describe a single key. That a history of several is linearizable if it is so for each
// key alone is the locality theorem of Herlihy and Wing (TOPLAS 1990).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/check/exchange.h"
#include "sim/history/object.h"

namespace seedbed {

struct LinearMethod;

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
  std::string_view meaning;  // one line, for lists
  std::string initial;
  // The state of an object that holds this text before anything happens (Convention::initial).
  // nullopt: such an object cannot be. nullptr: none can hold a text.
  std::optional<std::string> (*holding)(std::string_view text) = nullptr;
  // False: the operations on all keys are operations on one object.
  bool by_key = true;

  // False: the model gives this function, or an answer of this form, no meaning.
  bool (*knows)(const Exchange& exchange) = nullptr;

  // False if the operation cannot have given this response in this state; else `next` is the state
  // after it. Without a response the operation does what it does in this state. `next` is empty
  // before, and never aliases `state`.
  bool (*step)(std::string_view state, const Exchange& exchange, std::string* next) = nullptr;

  OperationKind (*kind)(const Exchange& exchange) = nullptr;

  // A transitive relation; nullptr if no operation is kGrowing.
  bool (*grows_to)(std::string_view from, std::string_view to) = nullptr;

  // The only state in which the operation is legal with this response and, if it is not pure,
  // changes anything. nullopt: there are several.
  std::optional<std::string> (*observed)(const Exchange& exchange) = nullptr;

  // A part of the key that operations touch, if each touches a single one, independent of the
  // others: an element of a set. nullopt: it touches all. nullptr: keys have no parts.
  std::optional<std::string_view> (*part)(const Exchange& exchange) = nullptr;

  // A faster way to a verdict than the search, where there is one; nullptr: none is known.
  const LinearMethod* method = nullptr;

  // The rest is for explanations only, and may give up; without `deed` they say less.

  // False only if the operation, when it takes effect, cannot leave this state, whatever stood
  // before.
  bool (*may_leave)(const Operation& operation, std::string_view state) = nullptr;
  // True if `state` proves that the operation has had no effect on it.
  bool (*misses)(std::string_view state, const Operation& operation) = nullptr;
  // The deed that brings `state` about: wrote "5", deleted x.
  std::string (*deed)(std::string_view state, const Operation& about) = nullptr;
};

// get, put, append, cas, delete. A state is "" (absent) or "=" and the value.
const Model& key_value_model();
// read, write; with cas: the second. As key_value_model(); to write "nil" takes the value away.
const Model& register_model();
const Model& cas_register_model();
// read, increment, decrement, add. A state is a decimal number, at first 0; sums wrap at 64 bits.
const Model& counter_model();
// Transactions of reads and writes over registers, which happen at one moment.
const Model& multi_register_model();
// add, remove, contains, read of all elements.
const Model& set_model();
// append, read of the whole list.
const Model& list_model();
// enqueue, dequeue of the oldest. A dequeue that finds nothing saw the queue empty. A drain is no
// operation of one moment, and has no meaning here.
const Model& queue_model();
// push, pop of the youngest.
const Model& stack_model();
// insert, delete-min. Texts that are numbers are compared as such, and come before all others.
const Model& priority_queue_model();
// acquire, release. Who releases is not asked.
const Model& mutex_model();

// All of the above, in the order in which lists show them.
const std::vector<const Model*>& models();
// nullptr: there is none of that name.
const Model* find_model(std::string_view name);
// The model of what a history speaks of; nullptr: there is none.
const Model* default_model_for(ObjectKind kind);

}  // namespace seedbed

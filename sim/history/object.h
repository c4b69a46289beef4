// Which object a history speaks of, and how today's models of objects see it.
//
//   const ObjectKind kind = object_of(history);        // kRegister: read, write, cas
//   const Translation same = for_model(history, kind);
//   check_linearizable(*same.history, key_value_model());
//
// Files name functions and values; what these mean is a matter of the history's convention
// (sim/history/history.h). This is the one place where a convention becomes operations that a model
// knows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sim/history/history.h"

namespace seedbed {

enum class ObjectKind : uint8_t {
  kUnknown,        // functions without a meaning, or no operations at all
  kMixed,          // functions of several objects
  kKeyValue,       // get, put, append, cas, delete
  kRegister,       // read, write, cas
  kCounter,        // read, and add, increment or decrement of numbers
  kSet,            // add, remove, contains, read of all elements
  kList,           // append, read of all elements
  kQueue,          // enqueue, dequeue, drain
  kStack,          // push, pop
  kPriorityQueue,  // insert, delete-min
  kMutex,          // acquire, release
  kTransactions,   // txn
};
std::string_view to_string(ObjectKind kind);

// Judges by the functions, and, of add and read, by what reads found: a number is a counter's, a
// collection a set's.
ObjectKind object_of(const History& history);

// The models of sim/check/model.h.
enum class ModelKind : uint8_t { kNone, kKeyValue, kCounter };

struct Translation {
  ModelKind model = ModelKind::kNone;
  std::string why_none;            // no model: a sentence that says so
  std::optional<History> history;  // in functions that the model knows
  // Operations that were left out, because the convention says that they tell nothing: reads of
  // nil.
  uint64_t left_out = 0;
};

// The history as the model of its object knows it, by the history's convention: initial values are
// written before everything else, and a failed cas is a mismatch if it saw another value. Events
// are numbered anew, in the same order; a key without a name is called "register" or "counter".
Translation for_model(const History& history, ObjectKind kind);

}  // namespace seedbed

// Which object a history speaks of, by the functions that it names.
//
//   object_of(history)        // kRegister: read, write, cas
//
// What the functions mean is up to models (sim/check/model.h) and to the history's convention.
#pragma once

#include <cstdint>
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

}  // namespace seedbed
